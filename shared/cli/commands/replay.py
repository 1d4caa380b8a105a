"""`carebus replay`."""

from typing import Annotated

import typer

from shared.cli.context import USAGE, Cli, stop


def register(app: typer.Typer) -> None:
    app.command()(replay)


def replay(
    context: typer.Context,
    run: Annotated[
        str | None, typer.Argument(help="journey/contact/run, as `carebus journeys runs` prints it.")
    ] = None,
    all_: Annotated[str | None, typer.Option("--all", metavar="JOURNEY", help="All that wait in this journey.")] = None,
) -> None:
    """Decide a run once more from what is on record, and tell every difference; nothing is changed.

    The exit code is 1 where anything differs: today's code would have done something else.

    Example: `carebus replay --all critical-device-error`
    """
    from shared.cli import replaying
    from shared.cli.services import Services
    from shared.journeys.history import Address

    cli: Cli = context.obj
    if (run is None) == (all_ is None):
        stop("Name a run, or a journey by --all.", USAGE)

    async def addresses(services: Services) -> list[Address]:
        return await replaying.all_waiting(services, all_) if all_ else [replaying.address_of(run or "")]

    wanted = cli.run(addresses)
    found = cli.run(lambda services: replaying.replayed(services, wanted))
    differing = [f"{address}: {difference}" for address, told in found.items() for difference in told]
    if differing:
        stop("\n".join(differing))
    typer.echo(f"{len(found)} replayed, no difference.")
