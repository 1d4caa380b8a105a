"""`carebus cases pick`, `assign`, `release` and `route`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.commands.options import By, Seconds, Wait
from shared.cli.context import BUS, TABLES, Cli

if TYPE_CHECKING:
    from shared.runtime.envelope import Body

Named = Annotated[str, typer.Argument(metavar="CASE", help="The case's id or number.")]
Text = Annotated[str, typer.Option(help="Why.")]


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

    _say(context.obj, case, lambda id_: PickCase(id_, agent, text), f"with {agent}", timeout if wait else None)


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

    _say(context.obj, case, lambda id_: AssignCase(id_, agent, by, text), f"with {agent}", timeout if wait else None)


def release(
    context: typer.Context, case: Named, text: Text = "", by: By = "operator", wait: Wait = False, timeout: Seconds = 60
) -> None:
    """Give a case back to its queue, for others.

    Example: `carebus cases release CAS-02516-X7K2M4 --text "Not for me." --wait`
    """
    from shared.cases.messages import ReleaseCase

    _say(context.obj, case, lambda id_: ReleaseCase(id_, by, text), "released", timeout if wait else None)


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

    def command(id_: str) -> "Body":
        return MoveToQueue(id_, by, queue, text) if queue else RouteCase(id_, by, text)

    _say(context.obj, case, command, "routed", timeout if wait else None)


def _say(cli: Cli, case: str, command: "Callable[[str], Body]", what: str, patience: float | None) -> None:
    from shared.cli import agents, cases

    number, id_ = cli.run(lambda services: cases.identified(services, case))
    cli.run(lambda services: agents.say(services, [command(id_)], patience), needs=(TABLES, BUS))
    typer.echo(f"{number} is {what}." if patience is not None else f"Sent; {number} is {what} in a moment.")
