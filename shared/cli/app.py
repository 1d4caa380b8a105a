"""The root of the command line: its settings, and its commands by concern."""

import os
from pathlib import Path
from typing import Annotated

import typer

from shared.cli.commands import (
    activities,
    agents,
    articles,
    case_stats,
    cases,
    contacts,
    deadletters,
    definitions,
    deliveries,
    entitlements,
    imports,
    journey_changes,
    queues,
    rejected,
    replay,
    simulate,
    tasks,
    triggers,
    unmatched,
    views,
)
from shared.cli.context import USAGE, Cli, stop

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
definitions.register(app)
simulate.register(app)
replay.register(app)
case_stats.register(cases.app)
for name, concern in {
    "import": imports,
    "contacts": contacts,
    "cases": cases,
    "queues": queues,
    "agents": agents,
    "deliveries": deliveries,
    "journeys": journey_changes,
    "triggers": triggers,
    "tasks": tasks,
    "entitlements": entitlements,
    "articles": articles,
    "activities": activities,
    "unmatched": unmatched,
    "rejected": rejected,
    "deadletters": deadletters,
    "views": views,
}.items():
    app.add_typer(concern.app, name=name)


@app.callback()
def carebus(
    context: typer.Context,
    settings: Annotated[
        Path | None,
        typer.Option(
            envvar="CAREBUS_SETTINGS", help="A local.settings.json; its Values count where the environment has none."
        ),
    ] = None,
) -> None:
    """Customer-care journeys and cases: publish definitions, import contacts, look after what is stuck.

    Settings come from the environment: TablesConnection, ServiceBusConnection. Or from --settings FILE.
    """
    if context.obj is None:
        context.obj = _connected(settings)


def _connected(settings: Path | None) -> Cli:
    from shared.cli.services import azure
    from shared.cli.settings import merged
    from shared.runtime.errors import MissingSettings

    try:
        return Cli(merged(os.environ, settings), azure)
    except MissingSettings as error:
        stop(str(error), USAGE)
