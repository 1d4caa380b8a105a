"""`carebus journeys pause`, `resume`, `stop`, `move` and `test`: what changes journeys, or tries them out."""

from collections.abc import Sequence
from typing import Annotated

import typer

from shared.cli.commands.journeys import Named, app
from shared.cli.commands.options import By, Seconds, Wait, Yes
from shared.cli.context import BUS, TABLES, USAGE, Cli, confirm, stop

DID = {"pause": "paused", "resume": "resumed", "stop": "stopping"}


@app.command()
def pause(
    context: typer.Context,
    journey: Named,
    yes: Yes = False,
    by: By = "operator",
    wait: Wait = False,
    timeout: Seconds = 60,
) -> None:
    """Pause a journey: nobody enters or goes on; what comes meanwhile is kept, and handled in order on resume.

    Example: `carebus journeys pause critical-device-error --wait`
    """
    _change(context.obj, journey, "pause", yes=yes, by=by, patience=timeout if wait else None)


@app.command()
def resume(
    context: typer.Context,
    journey: Named,
    yes: Yes = False,
    by: By = "operator",
    wait: Wait = False,
    timeout: Seconds = 60,
) -> None:
    """Let a paused journey go on, with all that came meanwhile.

    Example: `carebus journeys resume critical-device-error --wait`
    """
    _change(context.obj, journey, "resume", yes=yes, by=by, patience=timeout if wait else None)


@app.command("stop")
def stop_(
    context: typer.Context,
    journey: Named,
    yes: Yes = False,
    by: By = "operator",
    wait: Wait = False,
    timeout: Seconds = 60,
) -> None:
    """Stop a journey for good: nobody enters any more, and who waits in it is taken out.

    Example: `carebus journeys stop critical-device-error --yes --wait`
    """
    _change(context.obj, journey, "stop", yes=yes, by=by, patience=timeout if wait else None)


@app.command()
def move(
    context: typer.Context,
    journey: Named,
    to: Annotated[int, typer.Option("--to", min=1, help="The version to go on in.")],
    place: Annotated[
        list[str] | None, typer.Option(help="OLD=NEW: who waits at the tile OLD shall wait at NEW.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell who would land where.")] = False,
    yes: Yes = False,
) -> None:
    """Move who waits to another version of the journey: first it is told who lands where.

    Example: `carebus journeys move critical-device-error --to 2 --dry-run`
    """
    from shared.cli import journeys, output
    from shared.runtime.codec import plain

    cli: Cli = context.obj
    places = dict(_pairs(place or (), "--place"))
    found = cli.run(lambda services: journeys.preview(services, journey, to, places))
    lines = [{**plain(each), "to": each.to or f"stays: {each.reason}"} for each in found]
    output.show(lines, ("version", "tile", "runs", "to"), nothing=f"Nobody waits in another version than {to}.")
    leaving = sum(each.runs for each in found if each.to is not None)
    if dry_run or not leaving:
        return
    confirm(f"Move {leaving} to version {to}?", yes=yes)
    cli.run(lambda services: journeys.move(services, journey, to, places), needs=(TABLES, BUS))
    typer.echo("Sent; they are moved in a moment.")


@app.command()
def repair(context: typer.Context, journey: Named) -> None:
    """Let runs go on whose timer, or whose answer to a command, was lost a quarter of an hour ago or earlier.

    Example: `carebus journeys repair case-not-started`
    """
    from shared.cli import journeys

    cli: Cli = context.obj
    cli.run(lambda services: journeys.repair(services, journey), needs=(TABLES, BUS))
    typer.echo("Sent; whoever waits for longer than they should goes on in a moment.")


@app.command("test")
def try_out(
    context: typer.Context,
    journey: Named,
    contact: Annotated[str, typer.Option(help="Who is sent through the journey.")],
    to: Annotated[str | None, typer.Option(help="Whose addresses get the messages; else the contact's own.")] = None,
    attribute: Annotated[list[str] | None, typer.Option(help="NAME=VALUE, of the trigger that starts it.")] = None,
    yes: Yes = False,
    wait: Wait = False,
    timeout: Seconds = 60,
) -> None:
    """Send a contact through a journey as a test, which counts nowhere.

    Example: `carebus journeys test critical-device-error --contact C-1 --to C-9 --attribute error_code=11`
    """
    from shared.api.trial import Trial
    from shared.cli import journeys

    cli: Cli = context.obj
    given = _pairs(attribute or (), "--attribute")
    attributes = cli.run(lambda services: journeys.typed_attributes(services, journey, given))
    wanted = Trial(journey, contact, to or contact, attributes)
    confirm(f"Send {contact} through {journey}, with messages to {wanted.to}?", yes=yes)
    patience = timeout if wait else None
    address, run = cli.run(lambda services: journeys.try_out(services, wanted, patience), needs=(TABLES, BUS))
    typer.echo(str(address))
    if run is not None:
        where = f" at {run.tile}" if run.tile else f": {run.reason}" if run.reason else ""
        typer.echo(f"{run.status}{where}; came through {', '.join(run.path) or 'nothing'}")


def _change(cli: Cli, journey: str, command: str, *, yes: bool, by: str, patience: float | None) -> None:
    from shared.cli import journeys

    typer.echo(cli.run(lambda services: journeys.rehearse(services, journey, command)))
    confirm(f"{command.capitalize()} it?", yes=yes)
    cli.run(lambda services: journeys.change(services, journey, command, by, patience), needs=(TABLES, BUS))
    typer.echo(f"{journey} is {DID[command]}." if patience is not None else f"Sent; it is {DID[command]} in a moment.")


def _pairs(given: Sequence[str], option: str) -> list[tuple[str, str]]:
    pairs = [text.partition("=") for text in given]
    if wrong := [text for text, (name, equals, _) in zip(given, pairs, strict=True) if not (name and equals)]:
        stop(f"{option} {wrong[0]}: must be NAME=VALUE.", USAGE)
    return [(name, value) for name, _, value in pairs]
