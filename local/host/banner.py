"""What the host prints for people: its functions when it starts, its problems when it cannot."""

from collections.abc import Iterable, Sequence

from local.host.errors import Problem
from local.host.triggers import AuthLevel, Function, HttpTrigger, QueueTrigger, TimerTrigger, Trigger


def functions_table(functions: Sequence[Function], base_url: str) -> str:
    """The functions by name, with what triggers each."""
    width = max(len(function.name) for function in functions)
    lines = [
        f"    {function.name + ':':<{width + 1}}  {_trigger(function.trigger, base_url)}"
        for function in sorted(functions, key=lambda function: function.name)
    ]
    return "\n".join(["Functions:", "", *lines, ""])


def problems_block(problems: Iterable[Problem]) -> str:
    """Why nothing was started."""
    lines = [f"    {problem.subject}: {problem.reason}" for problem in problems]
    return "\n".join(["The function app cannot start:", "", *lines, ""])


def missing_keys(functions: Iterable[Function], keys: Iterable[str]) -> str | None:
    """A warning where functions want a key and none is configured."""
    guarded = [
        function.name
        for function in functions
        if isinstance(function.trigger, HttpTrigger) and function.trigger.auth_level is not AuthLevel.ANONYMOUS
    ]
    if not guarded or any(keys):
        return None
    return f"No 'Keys' in the settings file: {', '.join(guarded)} will answer 401 to everybody."


def _trigger(trigger: Trigger, base_url: str) -> str:
    match trigger:
        case HttpTrigger(template, methods):
            return f"[{','.join(sorted(methods)) or 'ALL'}] {base_url}/{template.text}"
        case QueueTrigger(queue):
            return f"serviceBusTrigger {queue}"
        case TimerTrigger(schedule):
            return f"timerTrigger {schedule.text}"
