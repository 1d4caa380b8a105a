"""`carebus contacts consent`."""

from typing import Annotated

import typer

from shared.cli.commands.options import Seconds, Wait
from shared.cli.context import BUS, TABLES, USAGE, Cli, stop

app = typer.Typer(no_args_is_help=True, help="Look after contacts.")


@app.callback()
def contacts() -> None:
    """Keep `consent` a command of its own: typer would make a group's only command the group."""


@app.command()
def consent(
    context: typer.Context,
    contact: str,
    channel: Annotated[str, typer.Argument(help="sms or email.")],
    purpose: Annotated[str, typer.Argument(help="transactional or commercial, or a topic: commercial/newsletter.")],
    status: Annotated[str, typer.Argument(help="opted_in, opted_out or not_set.")],
    source: Annotated[str, typer.Option(help="Where it was said.")] = "operator",
    wait: Wait = False,
    timeout: Seconds = 60,
) -> None:
    """Record what a contact agreed to, for the address that they have now.

    Example: `carebus contacts consent C-1001 sms commercial opted_out`
    """
    from shared.cli import consent as consents
    from shared.contacts.messages import SetConsent

    cli: Cli = context.obj
    body = SetConsent(contact, channel, purpose, status, source)
    if fault := consents.fault(body):
        stop(fault, USAGE)
    needs = (BUS, TABLES) if wait else (BUS,)
    cli.run(lambda services: consents.record(services, body, timeout if wait else None), needs=needs)
    typer.echo("Recorded." if wait else "Sent; it is recorded in a moment.")
