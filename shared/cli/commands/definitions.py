"""`carebus validate` and `carebus publish`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.context import Cli, stop

if TYPE_CHECKING:
    from shared.definitions.loader import Documents

Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The folder of the definitions.")]
Examples = Annotated[bool, typer.Option("--examples", help="Also its folder of examples, all of them.")]
DEFINITIONS = Path("definitions")
CHANGE = ("kind", "name", "change", "version")


def register(app: typer.Typer) -> None:
    app.command()(validate)
    app.command()(publish)


def validate(folder: Folder = DEFINITIONS) -> None:
    """Check all definitions, and tell everything that is wrong at once.

    The examples are checked too, after what is published has been checked without them.

    Example: `carebus validate definitions`
    """
    from shared.cli import output, publishing

    _read(folder)
    output.show(publishing.overview(_read(folder, examples=True)), ("kind", "name", "what"))


def publish(
    context: typer.Context,
    folder: Folder = DEFINITIONS,
    examples: Examples = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would change.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until everything is live.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Tell which tiles of a journey: +new, -gone, ~changed.")] = False,
) -> None:
    """Make a folder of definitions the current ones: all of them at once, or none.

    Runs that have begun stay on the version they began with.

    Example: `carebus publish definitions --wait`
    """
    from shared.cli import output, publishing

    cli: Cli = context.obj
    documents = _read(folder, examples=examples)
    tiles = ("tiles",) if diff else ()
    if dry_run:
        rehearsal = cli.run(lambda services: publishing.rehearse(services, documents))
        output.show(publishing.changed(rehearsal), (*CHANGE, *tiles))
        return
    publication = cli.run(lambda services: publishing.publish(services, documents, cli.environment))
    output.show(publishing.changed(publication), (*CHANGE, *tiles))
    live_at = publication.live_at
    if live_at is None:
        typer.echo("Everything is live.")
    elif wait:
        cli.run(lambda services: publishing.until_live(services, live_at))
        typer.echo("Everything is live.")
    else:
        typer.echo(f"Live from {live_at:%H:%M:%S} UTC on: by then no process works with what was there before.")


def _read(folder: Path, *, examples: bool = False) -> "Documents":
    from shared.cli import publishing
    from shared.definitions.faults import Invalid

    try:
        return publishing.read(folder, examples=examples)
    except Invalid as invalid:
        stop(str(invalid))
