"""`carebus import contacts`, `devices` and `cases`."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.commands.options import Seconds, Wait
from shared.cli.context import BUS, TABLES, Cli, stop

if TYPE_CHECKING:
    from shared.definitions.attributes import Attribute
    from shared.runtime.envelope import Body

app = typer.Typer(no_args_is_help=True, help="Bring contacts, their devices and their open cases in from CSV files.")

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file with a header, in UTF-8.")]

Definitions = Annotated[
    Path | None,
    typer.Option("--definitions", exists=True, file_okay=False, help="Where attributes of contacts are declared."),
]


@app.command()
def contacts(
    context: typer.Context, file: File, wait: Wait = False, timeout: Seconds = 60, definitions: Definitions = None
) -> None:
    """Create or update contacts: `contact_id,name,email,phone,language,time_zone`.

    `city,position,account,relationship,preferred_channel` may follow, and `attribute.NAME` for each attribute that a
    `contact_attributes` in `--definitions` declares. A contact is replaced as a whole: what is left out is empty.

    Every line is checked first; if one is wrong, nothing is sent. Importing a file again does no harm.

    Example: `carebus import contacts contacts.csv --wait`
    """
    from shared.contacts.importing import read_contacts

    declared = _declared(definitions) if definitions else {}
    _import(context.obj, "contacts", file, partial(read_contacts, declared=declared), wait, timeout)


@app.command()
def devices(context: typer.Context, file: File, wait: Wait = False, timeout: Seconds = 60) -> None:
    """Register devices, or give them to another owner: `device_id,contact_id,model`.

    Every line is checked first; if one is wrong, nothing is sent. Importing a file again does no harm. Who waits is
    told of owners that are not there: import them, before their devices' errors are nobody's.

    Example: `carebus import devices devices.csv --wait`
    """
    from shared.cli import importing
    from shared.contacts.importing import read_devices

    cli: Cli = context.obj
    imported = _import(cli, "devices", file, read_devices, wait, timeout)
    if wait and (unknown := cli.run(lambda services: importing.unknown_owners(services, imported), needs=(TABLES,))):
        named = f"{', '.join(unknown[:5])}{', ...' if len(unknown) > 5 else ''}"
        typer.echo(f"{len(unknown)} of their owners are not there: {named}", err=True)


@app.command()
def cases(context: typer.Context, file: File, wait: Wait = False, timeout: Seconds = 60) -> None:
    """Open cases that another system had: `external_id,contact_id,title`.

    `description,subject,product,priority,type,origin,status_reason,device_id,error_code,queue,owner,sla,opened_at` may
    follow. A case is known by its external id: importing a file again opens none twice, and changes none that is there.
    A device's error is a case only where none is open for it, else an occurrence of that. `sla` may be `none`.

    Every line is checked first, and that contacts, queues and SLAs are there; if one is wrong, nothing is sent.

    Example: `carebus import cases cases.csv --wait`
    """
    from shared.cli import case_import
    from shared.cli.services import Services
    from shared.definitions.faults import Invalid

    cli: Cli = context.obj
    try:
        lines = case_import.read(str(file), file.read_bytes())
    except Invalid as invalid:
        stop(str(invalid))

    async def work(services: Services) -> case_import.Imported:
        return await case_import.run(services, str(file), lines, timeout if wait else None)

    imported = cli.run(work, needs=(BUS, TABLES))
    if imported.refused:
        stop("\n".join(imported.refused))
    what = f"in the file: {imported}" if wait else "sent; they are opened in a moment"
    typer.echo(f"{len(lines)} cases {what}.")


def _declared(folder: Path) -> "Mapping[str, Attribute]":
    from shared.cli import publishing
    from shared.definitions.faults import Invalid

    try:
        return publishing.read(folder).contact_attributes
    except Invalid as invalid:
        stop(str(invalid))


def _import[B: "Body"](
    cli: Cli,
    what: str,
    file: Path,
    read: "Callable[[str, bytes], Sequence[B]]",
    wait: bool,
    timeout: float,
) -> "Sequence[B]":
    """Send what is in the file, and return it."""
    from shared.cli import importing
    from shared.definitions.faults import Invalid

    try:
        bodies = read(str(file), file.read_bytes())
    except Invalid as invalid:
        stop(str(invalid))
    needs = (BUS, TABLES) if wait else (BUS,)
    refused = cli.run(lambda services: importing.run(services, bodies, timeout if wait else None), needs=needs)
    if refused:
        stop("\n".join(refused))
    typer.echo(f"{len(bodies)} {what} {'imported' if wait else 'sent; they are applied in a moment'}.")
    return bodies
