"""`carebus cases pick`, `assign`, `release` and `route`."""

from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.commands.case_life import Named, Text, say
from shared.cli.commands.options import By, Seconds, Wait

if TYPE_CHECKING:
    from shared.cases.case import Case
    from shared.runtime.envelope import Body


def register(app: typer.Typer) -> None:
    for command in (pick, assign, release, route):
        app.command()(command)


def pick(
    context: typer.Context,
    case: Named,
    agent: Annotated[str, typer.Option(help="Who takes it.")],
    text: Text = "",
    wait: Wait = False,
    timeout: Seconds = 60,
) -> None:
    """Take a case that nobody works on.

    Example: `carebus cases pick CAS-02516-X7K2M4 --agent kim --wait`
    """
    from shared.cases.messages import PickCase

    say(context.obj, case, lambda held: PickCase(held.id, agent, text), f"with {agent}", timeout if wait else None)


def assign(
    context: typer.Context,
    case: Named,
    agent: Annotated[str, typer.Argument(metavar="AGENT", help="Who gets it.")],
    text: Text = "",
    by: By = "operator",
    wait: Wait = False,
    timeout: Seconds = 60,
) -> None:
    """Give a case to an agent; whoever works on it loses it.

    Example: `carebus cases assign CAS-02516-X7K2M4 kim --wait`
    """
    from shared.cases.messages import AssignCase

    say(
        context.obj, case, lambda held: AssignCase(held.id, agent, by, text), f"with {agent}", timeout if wait else None
    )


def release(
    context: typer.Context, case: Named, text: Text = "", by: By = "operator", wait: Wait = False, timeout: Seconds = 60
) -> None:
    """Give a case back to its queue, for others.

    Example: `carebus cases release CAS-02516-X7K2M4 --text "Not for me." --wait`
    """
    from shared.cases.messages import ReleaseCase

    say(context.obj, case, lambda held: ReleaseCase(held.id, by, text), "released", timeout if wait else None)


def route(
    context: typer.Context,
    case: Named,
    queue: Annotated[str, typer.Option(help="The queue that it goes to; else the rules say.")] = "",
    text: Text = "",
    by: By = "operator",
    wait: Wait = False,
    timeout: Seconds = 60,
) -> None:
    """Send a case where the rules lead it, or to a queue.

    Example: `carebus cases route CAS-02516-X7K2M4 --queue field-service --wait`
    """
    from shared.cases.messages import MoveToQueue, RouteCase

    def command(held: "Case") -> "Body":
        return MoveToQueue(held.id, by, queue, text) if queue else RouteCase(held.id, by, text)

    say(context.obj, case, command, "routed", timeout if wait else None)
