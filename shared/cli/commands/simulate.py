"""`carebus simulate`."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from shared.cli.context import NOT_DONE, USAGE, stop

if TYPE_CHECKING:
    from shared.definitions.loader import Documents
    from shared.scenarios.result import Result
    from shared.scenarios.scenario import Scenario

Format = Literal["text", "json", "junit"]
DEFINITIONS = Path("definitions")


def register(app: typer.Typer) -> None:
    app.command()(simulate)


def simulate(
    journey: Annotated[
        str | None, typer.Argument(help="Only scenarios about this journey; its tiles are shown.")
    ] = None,
    scenario: Annotated[
        list[Path] | None,
        typer.Option(help="A file of scenarios, or a folder of them; else those in the definitions' own folder."),
    ] = None,
    events: Annotated[Path | None, typer.Option(help="CloudEvents to play instead: .json, .jsonl or .yaml.")] = None,
    contacts: Annotated[
        Path | None, typer.Option(help="With --events: a CSV file as `import contacts` takes it.")
    ] = None,
    devices: Annotated[
        Path | None, typer.Option(help="With --events: a CSV file as `import devices` takes it.")
    ] = None,
    definitions: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="The folder of the definitions.")
    ] = DEFINITIONS,
    examples: Annotated[
        bool, typer.Option("--examples", help="Play with the examples, and their scenarios, instead.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Another seed, other ids: case numbers, and what is drawn by them.")] = 0,
    format_: Annotated[Format, typer.Option("--format", help="text for people, junit or json for a CI.")] = "text",
    output: Annotated[Path | None, typer.Option(help="Write to this file instead.")] = None,
) -> None:
    """Play journeys against written or recorded events on a virtual clock, and check what comes of it.

    Nothing is connected to and nothing is sent. The exit code is 1 where an expectation does not hold, 2 where a file
    cannot be read.

    Example: `carebus simulate critical-device-error --format junit --output report.xml`
    """
    from shared.cli import publishing
    from shared.definitions.faults import Invalid
    from shared.definitions.loader import EXAMPLES
    from shared.scenarios import files
    from shared.scenarios.result import Result

    if (contacts or devices) and not events:
        stop("--contacts and --devices go with --events: a scenario names its own.", USAGE)
    try:
        documents = publishing.read(definitions, examples=examples)
        recording = files.Recording(events, contacts, devices) if events else None
        folder = (definitions / EXAMPLES if examples else definitions) / files.FOLDER
        own = [folder] if folder.is_dir() and not events else []
        chosen = files.read(scenario or own, recording, documents)
    except Invalid as invalid:
        stop(str(invalid), USAGE)
    wanted = _about(journey, chosen, documents)
    results = [Result.of(each, documents, seed) for each in wanted]
    _tell(results, format_, output)
    if not all(result.holds for result in results):
        raise typer.Exit(NOT_DONE)


def _about(journey: str | None, scenarios: "list[Scenario]", documents: "Documents") -> "list[Scenario]":
    from shared.definitions.names import nearest
    from shared.scenarios import files

    if journey is not None and journey not in documents.journeys:
        stop(f"There is no journey {journey}{nearest(journey, documents.journeys)}.", USAGE)
    wanted = files.about(journey, scenarios) if journey is not None else scenarios
    if not wanted:
        stop(f"There is no scenario{f' about {journey}' if journey else ''}.", USAGE)
    return wanted


def _tell(results: "Sequence[Result]", format_: Format, output: Path | None) -> None:
    from shared.scenarios.reports import junit, objects, text

    match format_:
        case "text":
            told = text.report(results, 0 if output else _width())
        case "json":
            told = objects.report(results)
        case "junit":
            told = junit.report(results)
    if output is None:
        typer.echo(told, nl=False)
        return
    try:
        output.write_text(told, encoding="utf-8")
    except OSError as error:
        stop(f"{output}: {error.strerror}.", USAGE)


def _width() -> int:
    """Return the terminal's width; 0 where nobody looks."""
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
