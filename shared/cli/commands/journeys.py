"""`carebus journeys list`, `show`, `draw` and `runs`: what is in journeys."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from shared.cli.commands.options import AsJson
from shared.cli.context import Cli

app = typer.Typer(no_args_is_help=True, help="See journeys with their numbers, change them, and try them out.")

Named = Annotated[str, typer.Argument(metavar="JOURNEY", help="The journey's name.")]
Version = Annotated[int | None, typer.Option(min=1, help="Of this version instead of the newest.")]
COLUMNS = ("name", "phase", "version", "entered", "running", "completed", "exited", "not_entered", "goal_share")


@app.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List journeys with the numbers of their newest versions.

    Example: `carebus journeys list`
    """
    from shared.cli import journeys, output
    from shared.runtime.codec import plain

    cli: Cli = context.obj
    found = [plain(line) for line in cli.run(journeys.listed)]
    output.show(found, COLUMNS, as_json=as_json, nothing="No journeys.")


@app.command()
def show(context: typer.Context, journey: Named, version: Version = None, as_json: AsJson = False) -> None:
    """Show a journey: its state, and its tiles with their numbers.

    Example: `carebus journeys show critical-device-error`
    """
    from shared.cli import journeys, output
    from shared.cli.drawing import terminal, tree
    from shared.runtime.codec import plain

    cli: Cli = context.obj
    view = cli.run(lambda services: journeys.shown(services, journey))
    if as_json:
        output.dump(plain(view))
        return
    number = version or view.version
    drawn = cli.run(lambda services: journeys.version_of(services, journey, number))
    told = journeys.numbers_of(view, number)
    output.facts(
        {
            "journey": journey,
            "phase": view.phase,
            "version": number,
            "live_version": view.live_version if view.live_version != number else None,
            "starts_on": view.starts_on or f"segment {view.segment}",
            "takes": ", ".join(view.allowed),
            "entered": told.entered if told else 0,
            "running": told.running if told else 0,
            "completed": told.completed if told else 0,
            "exited": _by_reason(told.exited) if told else None,
            "not_entered": _by_reason(told.not_entered) if told else None,
            "goal": f"{told.goal_share} % of {view.goal_wanted} %" if told and view.goal_wanted else None,
            "experiments": ", ".join(f"{tile}: {verdict['winner']}" for tile, verdict in view.experiments.items()),
        }
    )
    for walk in view.occurrences:
        state = "done" if walk.finished_at else f"{walk.pages} pages so far"
        typer.echo(f"started {walk.started_at:%Y-%m-%dT%H:%M:%SZ}: {walk.entered} members entered, {state}")
    typer.echo()
    tiles, numbers = tree.tree(drawn), journeys.by_tile(told)
    if output.is_watched():
        output.draw(terminal.branches(journey, tiles, numbers))
    else:
        typer.echo("\n".join(terminal.lines(tiles, numbers)))


@app.command()
def draw(
    context: typer.Context,
    journey: Named,
    format_: Annotated[Literal["mermaid", "svg"], typer.Option("--format", help="mermaid text, or svg.")] = "mermaid",
    with_numbers: Annotated[bool, typer.Option("--numbers", help="With what each tile has come to.")] = False,
    version: Version = None,
    output_: Annotated[Path | None, typer.Option("--output", help="Write to this file instead.")] = None,
) -> None:
    """Draw a journey as Mermaid text or SVG.

    Example: `carebus journeys draw critical-device-error --format svg --numbers --output journey.svg`
    """
    from shared.cli import journeys
    from shared.cli.drawing import mermaid, svg, tree

    cli: Cli = context.obj
    view = cli.run(lambda services: journeys.shown(services, journey))
    number = version or view.version
    drawn = cli.run(lambda services: journeys.version_of(services, journey, number))
    numbers = journeys.by_tile(journeys.numbers_of(view, number)) if with_numbers else {}
    start = drawn.starts_on or f"segment {view.segment}"
    if format_ == "svg":
        text = svg.svg(f"{journey}, version {number}", start, tree.tree(drawn), numbers)
    else:
        text = mermaid.mermaid(drawn, start, numbers)
    if output_ is None:
        typer.echo(text, nl=False)
    else:
        output_.write_text(text, encoding="utf-8")


@app.command()
def runs(
    context: typer.Context,
    journey: Named,
    tile: Annotated[str | None, typer.Option(help="Only who waits at this tile.")] = None,
    version: Annotated[int | None, typer.Option(min=1, help="Only who is in this version.")] = None,
    as_json: AsJson = False,
) -> None:
    """List who waits in a journey, the longest wait last; `carebus replay` takes the ids.

    Example: `carebus journeys runs case-not-started --tile touched`
    """
    from shared.cli import journeys, output
    from shared.runtime.codec import plain

    cli: Cli = context.obj
    found = [plain(line) for line in cli.run(lambda services: journeys.runs(services, journey, tile, version))]
    output.show(found, ("until", "tile", "version", "test", "id"), as_json=as_json, nothing="Nobody waits.")


def _by_reason(counts: dict[str, int] | object) -> str:
    assert isinstance(counts, dict)
    return ", ".join(f"{count} {reason}" for reason, count in counts.items())
