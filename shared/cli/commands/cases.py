"""`carebus cases list`, `show`, `sla`, `summary` and `resolve`; the other commands are in the modules `case_*.py`."""

from typing import Annotated

import typer

from shared.cli.commands import case_assignment, case_life, case_process, case_work
from shared.cli.commands.options import AsJson, Seconds, Wait
from shared.cli.context import BUS, TABLES, USAGE, Cli, stop

app = typer.Typer(no_args_is_help=True, help="See cases, and work on them.")

for part in (case_life, case_work, case_process, case_assignment):
    part.register(app)

Named = Annotated[str, typer.Argument(metavar="CASE", help="The case's id or number.")]


@app.command("list")
def list_(
    context: typer.Context,
    contact: Annotated[str | None, typer.Option(help="Only the cases of this contact.")] = None,
    closed_too: Annotated[bool, typer.Option("--all", help="Closed ones too; with --contact.")] = False,
    as_json: AsJson = False,
) -> None:
    """List open cases, oldest first.

    Example: `carebus cases list --contact C-1001 --all`
    """
    from shared.cli import cases, output

    cli: Cli = context.obj
    if closed_too and contact is None:
        stop("Closed cases are listed by contact: add --contact.", USAGE)
    found = cli.run(lambda services: cases.listed(services, contact, closed_too))
    columns = ("number", "contact", "status_reason", "priority", "device", "error_code", "opened_at")
    output.show(found, (*columns, "title"), as_json=as_json, nothing="No cases." if closed_too else "No open cases.")


@app.command()
def show(context: typer.Context, case: Named, as_json: AsJson = False) -> None:
    """Show a case and all that happened to it.

    Example: `carebus cases show CAS-02516-X7K2M4`
    """
    from shared.cli import cases, output
    from shared.runtime.codec import plain

    cli: Cli = context.obj
    found = plain(cli.run(lambda services: cases.shown(services, case)))
    if as_json:
        output.dump(found)
        return
    timeline, occurrences = found.pop("timeline"), found.pop("occurrences") or {}
    seen = {f"occurrences_{name}": value for name, value in occurrences.items()}
    output.facts({**found, **seen})
    output.show(cases.with_what(timeline), ("at", "kind", "outcome", "reason", "by", "what", "text"))


@app.command()
def sla(
    context: typer.Context,
    case: Named,
    with_segments: Annotated[bool, typer.Option("--segments", help="What the time was used for.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what a case is held to, and how much of the time is used up.

    Example: `carebus cases sla CAS-02516-X7K2M4 --segments`
    """
    from shared.cli import cases_sla, output
    from shared.runtime.codec import plain

    cli: Cli = context.obj
    view = cli.run(lambda services: cases_sla.explained(services, case))
    if as_json:
        output.dump(plain(view))
        return
    output.draw(cases_sla.drawn(view))
    if with_segments:
        columns = ("kpi", "segment", "start", "end", "business_time")
        output.show(list(cases_sla.segments(view)), columns, nothing="No segments.")


@app.command()
def summary(
    context: typer.Context,
    case: Named,
    model: Annotated[bool, typer.Option(help="Ask the language model, where one is set up.")] = True,
    as_json: AsJson = False,
) -> None:
    """Tell a case in short: what it is about, what happened, what comes next, and who tells it.

    Example: `carebus cases summary CAS-02516-X7K2M4`
    """
    from shared.cli import cases, output
    from shared.runtime.codec import plain

    cli: Cli = context.obj
    settings = cli.environment if model else {}
    found = plain(cli.run(lambda services: cases.summarised(services, case, settings)))
    if as_json:
        output.dump(found)
        return
    happened, step = found.pop("what_happened"), found.pop("next_step")
    output.facts(found)
    typer.echo(f"\n{output.printable(happened)}\n\nNext: {output.legible(step)}")


@app.command()
def resolve(
    context: typer.Context,
    case: Named,
    text: Annotated[str, typer.Option(help="What was found and done; the customer reads it.")],
    resolution: Annotated[str, typer.Option(help="problem_solved or information_provided.")] = "problem_solved",
    cancel_activities: Annotated[
        bool, typer.Option("--cancel-activities", help="What is still to be done for it is cancelled.")
    ] = False,
    by: Annotated[str, typer.Option(help="Who resolves it.")] = "operator",
    wait: Wait = False,
    timeout: Seconds = 60,
) -> None:
    """Resolve a case.

    Example: `carebus cases resolve CAS-02516-X7K2M4 --text "Valve replaced." --wait`
    """
    from shared.cases.messages import ResolveCase
    from shared.cases.transitions import REASONS
    from shared.cli import cases

    cli: Cli = context.obj
    if resolution not in REASONS["resolved"]:
        stop(f"--resolution is one of {', '.join(REASONS['resolved'])}.", USAGE)
    patience = timeout if wait else None

    def command(id_: str) -> ResolveCase:
        return ResolveCase(id_, by, resolution, text, cancel_activities=cancel_activities)

    number = cli.run(lambda services: cases.resolve(services, case, command, patience), needs=(TABLES, BUS))
    typer.echo(f"{number} is resolved." if wait else f"Sent; {number} is resolved in a moment.")
