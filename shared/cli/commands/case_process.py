"""`carebus cases process`: where a case stands in its business process flow, and taking it on."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli.commands.case_life import Named, Text, say
from shared.cli.commands.options import AsJson, By, Seconds, Wait
from shared.cli.context import USAGE, Cli, stop

if TYPE_CHECKING:
    from shared.runtime.envelope import Body


def register(app: typer.Typer) -> None:
    app.command()(process)


def process(
    context: typer.Context,
    case: Named,
    start: Annotated[str, typer.Option(help="Put it into the first stage of this process.")] = "",
    following: Annotated[bool, typer.Option("--next", help="Go on to the next stage.")] = False,
    to: Annotated[str, typer.Option(help="Go back to this stage.")] = "",
    tick: Annotated[str, typer.Option(help="Say that this step is done.")] = "",
    untick: Annotated[str, typer.Option(help="Say that it is not.")] = "",
    abandon: Annotated[bool, typer.Option("--abandon", help="Leave it before its end.")] = False,
    text: Text = "",
    by: By = "operator",
    wait: Wait = False,
    timeout: Seconds = 60,
    as_json: AsJson = False,
) -> None:
    """Show where a case stands in its process, or take it on.

    Example: `carebus cases process CAS-02516-X7K2M4 --next --wait`
    """
    from shared.cases.messages import AbandonProcess, MoveStage, StartProcess, TickStep

    asked: dict[str, Any] = {
        "started": (start, lambda id_: StartProcess(id_, by, start, text)),
        "a stage further": (following, lambda id_: MoveStage(id_, by, "", text)),
        f"in stage {to}": (to, lambda id_: MoveStage(id_, by, to, text)),
        f"done with {tick}": (tick, lambda id_: TickStep(id_, by, tick, text=text)),
        f"not done with {untick}": (untick, lambda id_: TickStep(id_, by, untick, done=False, text=text)),
        "out of its process": (abandon, lambda id_: AbandonProcess(id_, by, text)),
    }
    wanted = [(what, command) for what, (said, command) in asked.items() if said]
    if len(wanted) > 1:
        stop("One at a time: --start, --next, --to, --tick, --untick or --abandon.", USAGE)
    if not wanted:
        _show(context.obj, case, as_json=as_json)
        return
    [(what, make)] = wanted

    def command(id_: str) -> "Body":
        body: Body = make(id_)
        return body

    say(context.obj, case, lambda held: command(held.id), what, timeout if wait else None)


def _show(cli: Cli, case: str, *, as_json: bool) -> None:
    from shared.cli import case_changes, output
    from shared.runtime.codec import plain

    number, view = cli.run(lambda services: case_changes.process(services, case))
    if as_json:
        output.dump(plain(view))
        return
    if view.state == "none":
        typer.echo(f"{number} is in no process.")
        return
    shown = plain(view)
    path, steps = shown.pop("path"), shown.pop("steps")
    output.facts({**shown, "stages": " > ".join(view.stages)})
    output.show(steps, ("step", "title", "required", "done"), nothing="No steps.")
    output.show(path, ("stage", "to", "entered_at", "left_at", "seconds"), nothing="No stage was left yet.")
