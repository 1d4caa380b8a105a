"""What every command is given: the settings, and the services it works with, opened for one command only."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Never

import typer

if TYPE_CHECKING:
    from shared.cli.services import Services

TABLES = "TablesConnection"
BUS = "ServiceBusConnection"

NOT_DONE = 1
USAGE = 2


@dataclass(frozen=True)
class Cli:
    """The command line's way to everything outside."""

    environment: Mapping[str, str]
    connect: Callable[[Mapping[str, str]], AbstractAsyncContextManager["Services"]]

    def run[T](self, work: Callable[["Services"], Awaitable[T]], *, needs: Sequence[str] = (TABLES,)) -> T:
        """Do the work of one command; what goes wrong on purpose ends the program with one line and a code."""
        # Imported here, as in all commands: the help should come at once.
        import asyncio

        from shared.cli.settings import require
        from shared.definitions.faults import Invalid
        from shared.runtime.errors import CarebusError, MissingSettings

        async def connected() -> T:
            async with self.connect(self.environment) as services:
                return await work(services)

        try:
            require(self.environment, needs)
            return asyncio.run(connected())
        except MissingSettings as error:
            stop(str(error), USAGE)
        except (CarebusError, Invalid) as error:
            stop(str(error))


def confirm(question: str, *, yes: bool) -> None:
    """Go on only after a yes, given as an option or at the terminal."""
    if yes:
        return
    try:
        if typer.confirm(question):
            return
    except typer.Abort:
        stop("Nothing was changed: nobody answered. Where nobody can, add --yes.")
    stop("Nothing was changed.")


def stop(message: str, code: int = NOT_DONE) -> Never:
    """End the program with a message on stderr."""
    typer.echo(message, err=True)
    raise typer.Exit(code)
