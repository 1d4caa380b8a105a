"""`carebus triggers list`."""

import typer

from shared.cli.commands.options import AsJson
from shared.cli.context import Cli

app = typer.Typer(no_args_is_help=True, help="See what can happen, and which journeys it concerns.")


@app.callback()
def triggers() -> None:
    """Keep `list` a command of its own: typer would make a group's only command the group."""


@app.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List triggers: their kind, their state, what they carry, and where they are used.

    Example: `carebus triggers list`
    """
    from shared.cli import journeys, output
    from shared.runtime.codec import plain

    cli: Cli = context.obj
    found = [plain(trigger) for trigger in cli.run(journeys.triggers)]
    lines = found if as_json else [_line(trigger) for trigger in found]
    output.show(lines, ("name", "kind", "state", "carries", "used_in"), as_json=as_json, nothing="No triggers.")


def _line(trigger: dict[str, dict[str, dict[str, str]]]) -> dict[str, object]:
    attributes = trigger["attributes"].items()
    carried = [f"{name} {each['type']}{' (optional)' if each['optional'] else ''}" for name, each in attributes]
    return {**trigger, "carries": ", ".join(carried), "used_in": ", ".join(trigger["used_in"])}
