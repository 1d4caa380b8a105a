"""What a case is held to, on the command line: how much of each promise is used up, and what it was used for."""

from collections.abc import Iterator
from typing import Any

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from shared.api.sla_views import SlaView, sla_of
from shared.cli.cases import known
from shared.cli.services import Services
from shared.definitions.published import Definitions
from shared.sla.explain import Explanation

WIDTH = 24
STYLES = {"noncompliant": "red", "nearing": "yellow", "succeeded": "green", "paused": "cyan", "cancelled": "dim"}


async def explained(services: Services, named: str) -> SlaView:
    """Return what the case with this id or number is held to; raises NoSuchCase."""
    case = await known(services, named)
    return await sla_of(services.store, Definitions(services.store, services.clock), case, services.clock.now())


def drawn(view: SlaView) -> Group:
    """Return a table of the promises with a bar of the time that is used up, and each in words."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("kpi", "state", "used", "of", "on hold", "due"):
        table.add_column(column)
    for each in view.instances:
        style = STYLES.get(each.state, "")
        due = each.fails_at.strftime("%Y-%m-%dT%H:%M:%SZ") if each.fails_at else ""
        cells = (bar(each), _hours(each.fail_after_seconds), _hours(each.on_hold_seconds), due)
        table.add_row(each.kpi, Text(each.state, style), *cells)
    by = {"by_hand": "set by hand", "entitlement": "by its entitlement", "default": "the default", "nobody": ""}
    title = f"SLA {view.sla}, {by[view.chosen]}" if view.sla else "No SLA."
    words = [Text.assemble((f"{each.kpi}: ", "bold"), each.in_words) for each in (*view.instances, *view.replaced)]
    return Group(Text(title), *([table] if view.instances else []), *words)


def bar(each: Explanation) -> Text:
    """Return a bar of the promised time: what has run of it, and what is left."""
    share = min(each.elapsed_seconds / each.fail_after_seconds, 1.0)
    full = round(share * WIDTH)
    percent = f" {share:4.0%}"
    return Text.assemble(("█" * full, STYLES.get(each.state, "blue")), ("░" * (WIDTH - full), "dim"), percent)


def segments(view: SlaView) -> Iterator[dict[str, Any]]:
    """Yield a row for each segment of what the case is held to now."""
    for each in view.instances:
        for segment in each.segments:
            yield {
                "kpi": each.kpi,
                "segment": segment.kind,
                "start": segment.start.isoformat(),
                "end": segment.end.isoformat() if segment.end else "",
                "business_time": _hours(segment.business_seconds),
            }


def _hours(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}" + (f":{rest:02}" if rest else "")
