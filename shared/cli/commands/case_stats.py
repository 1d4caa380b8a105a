"""`carebus cases stats`."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.commands.options import AsJson
from shared.cli.context import USAGE, Cli, stop

if TYPE_CHECKING:
    from shared.cases.stats import Stats
    from shared.cli.services import Services


def register(app: typer.Typer) -> None:
    app.command("stats")(stats)


def stats(
    context: typer.Context,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day (UTC).")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day; today.")] = None,
    by: Annotated[str, typer.Option(help="day, type, priority, channel, product or error_code.")] = "",
    as_json: AsJson = False,
) -> None:
    """Tell how many cases were opened, where they stand, how long they took, and which promises were kept.

    Numbers are exact, whatever was delivered twice. A case counts by the day on which it was opened.

    Example: `carebus cases stats --from 2026-11-01 --by priority`
    """
    from shared.cases.stats import BY, read
    from shared.cli import output
    from shared.cli import stats as told
    from shared.runtime.codec import plain

    cli: Cli = context.obj
    if by not in BY:
        stop(f"--by is one of {', '.join(BY[1:])}.", USAGE)

    async def work(services: "Services") -> "Stats":
        begin, end = first.date() if first else None, last.date() if last else services.clock.now().date()
        if begin is not None and begin > end:
            stop(f"The time ends before it begins: --from {begin} is later than --to {end}.", USAGE)
        return await read(services.store, begin, end, by)

    found = cli.run(work)
    if as_json:
        output.dump(plain(found))
        return
    output.facts(told.headlines(found))
    if by:
        output.show(told.parts(found), (by, *told.COLUMNS), nothing="No cases.")
        return
    output.show(told.shares(found.active_by_age, "active_since"), ("active_since", "cases", ""))
    for what, durations in (("first_response", found.total.response), ("resolution", found.total.resolution)):
        if durations.count:
            output.show(told.classes(durations, what), (what, "cases", ""))
