"""What the host prints for people: its functions when it starts, its problems when it cannot."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from local.host.app import App
from local.host.errors import Problem
from local.host.hostjson import ServiceBusOptions
from local.host.triggers import AuthLevel, Function, HttpTrigger, QueueTrigger, TimerTrigger

_KEYS = {AuthLevel.ANONYMOUS: "", AuthLevel.FUNCTION: "  (function key)", AuthLevel.ADMIN: "  (master key)"}


def start_screen(app: App, base_url: str, now: datetime) -> str:
    """All that a developer wants to know of an app that runs."""
    notes = [missing_keys(app.functions, app.keys), unused_settings(app.host_json.unused)]
    return "\n".join([functions_table(app, base_url, now), *filter(None, notes)])


def functions_table(app: App, base_url: str, now: datetime) -> str:
    """The functions by what triggers them, each group by name; times are local ones."""
    triggers = [(each, each.trigger) for each in sorted(app.functions, key=lambda each: each.name)]
    groups = {
        "HTTP": [(each, _http(it, base_url)) for each, it in triggers if isinstance(it, HttpTrigger)],
        "Queues": [
            (each, _queue(it, app.host_json.service_bus)) for each, it in triggers if isinstance(it, QueueTrigger)
        ],
        "Timers": [(each, _timer(it, now)) for each, it in triggers if isinstance(it, TimerTrigger)],
    }
    lines = [line for title, rows in groups.items() if rows for line in _group(title, rows)]
    return "\n".join(["Functions:", "", *lines])


def problems_block(problems: Iterable[Problem]) -> str:
    """Why nothing was started."""
    lines = [f"    {problem.subject}: {problem.reason}" for problem in problems]
    return "\n".join(["The function app cannot start:", "", *lines, ""])


def missing_keys(functions: Iterable[Function], keys: Iterable[str]) -> str | None:
    """A warning where no key is configured: the host's own pages want one, and functions may."""
    if any(keys):
        return None
    guarded = [
        function.name
        for function in functions
        if isinstance(function.trigger, HttpTrigger) and function.trigger.auth_level is not AuthLevel.ANONYMOUS
    ]
    return f"No 'Keys' in the settings file: {', '.join([*guarded, '/admin/...'])} will answer 401 to everybody."


def unused_settings(names: Sequence[str]) -> str | None:
    """Which settings of host.json are not honoured."""
    return f"Without effect here, from host.json: {', '.join(names)}." if names else None


def _group(title: str, rows: Sequence[tuple[Function, str]]) -> Iterator[str]:
    width = max(len(function.name) for function, _ in rows) + 1
    yield f"  {title}"
    yield from (f"    {function.name + ':':<{width}}  {text}" for function, text in rows)
    yield ""


def _http(trigger: HttpTrigger, base_url: str) -> str:
    methods = ",".join(sorted(trigger.methods)) or "ALL"
    return f"[{methods}] {base_url}/{trigger.template.text}{_KEYS[trigger.auth_level]}"


def _queue(trigger: QueueTrigger, options: ServiceBusOptions) -> str:
    if trigger.many:
        return f"{trigger.queue}, in batches of up to {options.max_batch}"
    return f"{trigger.queue}, up to {options.max_concurrent_calls} at once"


def _timer(trigger: TimerTrigger, now: datetime) -> str:
    following = trigger.schedule.next_after(now).astimezone()
    return f"{trigger.schedule.text}, next {following:%a %d %b %H:%M:%S %Z}"
