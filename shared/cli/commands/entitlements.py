"""`carebus entitlements list` and `show`."""

from typing import Annotated

import typer

from shared.cli.commands.options import AsJson
from shared.cli.context import Cli

app = typer.Typer(no_args_is_help=True, help="See what customers have a right to, and what was booked.")


@app.command("list")
def list_(
    context: typer.Context,
    contact: Annotated[str, typer.Option(help="Whose.")],
    as_json: AsJson = False,
) -> None:
    """List the entitlements of a contact.

    Example: `carebus entitlements list --contact C-1001`
    """
    from shared.cli import entitlements, output

    cli: Cli = context.obj
    found = cli.run(lambda services: entitlements.listed(services, contact))
    columns = ("id", "state", "default", "starts_on", "ends_on", "allocation", "total", "remaining", "sla", "name")
    output.show(found, columns, as_json=as_json, nothing="No entitlements.")


@app.command()
def show(
    context: typer.Context,
    entitlement: Annotated[str, typer.Argument(metavar="ENTITLEMENT", help="The entitlement's id.")],
    as_json: AsJson = False,
) -> None:
    """Show an entitlement and its ledger: what was booked for which case.

    Example: `carebus entitlements show 01KA5Q3N8M2V7R4T6W9X0YZABC`
    """
    from shared.cli import entitlements, output
    from shared.runtime.codec import plain

    cli: Cli = context.obj
    view, ledger = cli.run(lambda services: entitlements.shown(services, entitlement))
    found, entries = plain(view), [plain(entry) for entry in ledger]
    if as_json:
        output.dump({**found, "ledger": entries})
        return
    listed = {name: ", ".join(found[name]) for name in ("channels", "products")}
    output.facts({**found, **listed})
    columns = ("at", "case", "stage", "outcome", "amount", "remaining", "beyond", "reason")
    output.show(entries, columns, nothing="Nothing was booked.")
