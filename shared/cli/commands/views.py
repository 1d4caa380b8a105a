"""`carebus views rebuild`."""

from typing import Annotated

import typer

from shared.cli.context import BUS, TABLES, USAGE, Cli, stop

app = typer.Typer(no_args_is_help=True, help="Lists and hints: make them anew from what they are about.")


@app.callback()
def views() -> None:
    """Lists and hints: make them anew from what they are about."""


@app.command()
def rebuild(
    context: typer.Context,
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", help="cases, contacts, tasks, agents, entitlements or articles; all unless named."),
    ] = None,
) -> None:
    """Make lists anew: open cases, who waits in queues, timelines, tasks, and by what contacts are found.

    Safe while the system runs, and to be begun again at any time. It looks through whole tables, so it takes its time.
    Checks of SLAs that the timer has lost are sent.

    Example: `carebus views rebuild --kind cases`
    """
    from shared.cli import output
    from shared.cli.rebuilding import KINDS, Rebuilt
    from shared.cli.rebuilding import rebuild as made_anew
    from shared.cli.services import Services
    from shared.runtime.codec import plain

    cli: Cli = context.obj
    if unknown := [name for name in kind or () if name not in KINDS]:
        stop(f"There is no kind {unknown[0]}: {', '.join(KINDS)}.", USAGE)

    async def work(services: Services) -> list[Rebuilt]:
        found = []
        for name in kind or KINDS:
            with output.counting(name) as advance:
                found.append(await made_anew(services, name, advance))
        return found

    done = cli.run(work, needs=(TABLES, BUS))
    output.show([plain(one) for one in done], ("kind", "records", "rows"))
