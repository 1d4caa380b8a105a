"""`carebus cases open`, `update`, `status`, `cancel`, `reactivate` and `escalate`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.commands.options import By, Seconds, Wait
from shared.cli.context import BUS, TABLES, USAGE, Cli, stop

if TYPE_CHECKING:
    from shared.cases.case import Case
    from shared.runtime.envelope import Body

Named = Annotated[str, typer.Argument(metavar="CASE", help="The case's id or number.")]
Text = Annotated[str, typer.Option(help="Why.")]
Priority = Annotated[str, typer.Option(help="critical, high, normal or low.")]
Type = Annotated[str, typer.Option("--type", help="question, problem or request.")]


def register(app: typer.Typer) -> None:
    app.command("open")(open_)
    for command in (update, status, cancel, reactivate, escalate):
        app.command()(command)


def open_(
    context: typer.Context,
    contact: Annotated[str, typer.Option(help="Whose case it is.")],
    title: Annotated[str, typer.Option(help="What it is about, in a line.")],
    description: Annotated[str, typer.Option(help="What it is about.")] = "",
    subject: str = "",
    product: str = "",
    priority: Priority = "normal",
    type_: Type = "problem",
    origin: Annotated[str, typer.Option(help="phone, email, web, sms, iot or chat.")] = "phone",
    owner: Annotated[str, typer.Option(help="The agent who is responsible.")] = "",
    queue: Annotated[str, typer.Option(help="The queue it waits in; else the rules say.")] = "",
    device: Annotated[str | None, typer.Option(help="The device it is about.")] = None,
    error_code: Annotated[int | None, typer.Option(help="What the device reports.")] = None,
    parent: Annotated[str | None, typer.Option(help="The case that it is below: id or number.")] = None,
    sla: Annotated[str, typer.Option(help="Which SLA holds; `none`: no one.")] = "",
    by: By = "operator",
    wait: Wait = False,
    timeout: Seconds = 60,
) -> None:
    """Open a case; for a device's error that has an open case, add an occurrence to that one.

    Example: `carebus cases open --contact C-1001 --title "The pump is hot" --priority high --wait`
    """
    from shared.cases.messages import OpenCase
    from shared.cli import case_changes
    from shared.runtime.ids import made

    cli: Cli = context.obj
    _check_choices(priority=priority, type=type_, origin=origin)
    _check_lengths(title=title, description=description, subject=subject, product=product, owner=owner)
    if error_code is not None and device is None:
        stop("--error-code needs the --device that reports it.", USAGE)
    above = cli.run(lambda services: case_changes.identified(services, [parent] if parent else []))
    opening = OpenCase(
        case=made(),
        contact=contact,
        title=title,
        priority=priority,
        origin=origin,
        device=device,
        error_code=error_code,
        type=type_,
        description=description,
        subject=subject,
        product=product,
        owner=owner,
        queue_name=queue,
        parent=above[0] if above else None,
        sla=sla,
        by=by,
    )
    patience = timeout if wait else None
    case = cli.run(lambda services: case_changes.open_case(services, opening, patience), needs=(TABLES, BUS))
    if case is None:
        typer.echo(f"Sent; the case {opening.case} is open in a moment.")
    else:
        typer.echo(f"{case.number} is open." if case.id == opening.case else f"{case.number} was open already.")


def update(
    context: typer.Context,
    case: Named,
    title: str | None = None,
    description: str | None = None,
    subject: str | None = None,
    product: str | None = None,
    priority: Annotated[str | None, typer.Option(help="critical, high, normal or low.")] = None,
    type_: Annotated[str | None, typer.Option("--type", help="question, problem or request.")] = None,
    owner: Annotated[str | None, typer.Option(help="The agent who is responsible.")] = None,
    text: Text = "",
    by: By = "operator",
    wait: Wait = False,
    timeout: Seconds = 60,
) -> None:
    """Change what an active case says.

    Example: `carebus cases update CAS-02516-X7K2M4 --priority critical --wait`
    """
    from shared.cases.messages import UpdateCase

    said = {"title": title, "description": description, "subject": subject, "product": product, "owner": owner}
    changes = {
        name: value for name, value in {**said, "priority": priority, "type": type_}.items() if value is not None
    }
    if not changes:
        stop("Name at least one column and its new value, such as --priority high.", USAGE)
    _check_choices(**{name: changes[name] for name in ("priority", "type") if name in changes})
    _check_lengths(**{name: changes[name] for name in said if name in changes})
    say(context.obj, case, lambda held: UpdateCase(held.id, by, changes, text), "changed", timeout if wait else None)


def status(
    context: typer.Context,
    case: Named,
    reason: Annotated[str, typer.Argument(metavar="STATUS_REASON", help="Such as on_hold or researching.")],
    text: Text = "",
    by: By = "operator",
    wait: Wait = False,
    timeout: Seconds = 60,
) -> None:
    """Give an active case another status reason.

    Example: `carebus cases status CAS-02516-X7K2M4 waiting_for_details --wait`
    """
    from shared.cases.messages import ChangeStatus
    from shared.cases.transitions import ACTIVE

    if reason not in ACTIVE:
        stop(f"STATUS_REASON is one of {', '.join(ACTIVE)}; there are `resolve` and `cancel`, too.", USAGE)
    say(context.obj, case, lambda held: ChangeStatus(held.id, by, reason, text), reason, timeout if wait else None)


def cancel(
    context: typer.Context, case: Named, text: Text = "", by: By = "operator", wait: Wait = False, timeout: Seconds = 60
) -> None:
    """Cancel an active case for which nothing is left to be done.

    Example: `carebus cases cancel CAS-02516-X7K2M4 --text "Opened by mistake." --wait`
    """
    from shared.cases.messages import CancelCase

    say(context.obj, case, lambda held: CancelCase(held.id, by, text), "cancelled", timeout if wait else None)


def reactivate(
    context: typer.Context, case: Named, text: Text = "", by: By = "operator", wait: Wait = False, timeout: Seconds = 60
) -> None:
    """Make a closed case active again, unless another is open for its device and error code.

    Example: `carebus cases reactivate CAS-02516-X7K2M4 --text "It is hot again." --wait`
    """
    from shared.cases.messages import ReactivateCase

    def command(held: "Case") -> ReactivateCase:
        return ReactivateCase(held.id, by, held.device, held.error_code, text, alert_key=held.alert_key)

    say(context.obj, case, command, "active", timeout if wait else None)


def escalate(
    context: typer.Context,
    case: Named,
    calm: Annotated[bool, typer.Option("--calm", help="Take the mark away.")] = False,
    text: Text = "",
    by: By = "operator",
    wait: Wait = False,
    timeout: Seconds = 60,
) -> None:
    """Mark an active case as one that needs attention.

    Example: `carebus cases escalate CAS-02516-X7K2M4 --text "They called three times." --wait`
    """
    from shared.cases.messages import EscalateCase

    what = "no longer escalated" if calm else "escalated"
    say(context.obj, case, lambda held: EscalateCase(held.id, by, not calm, text), what, timeout if wait else None)


def say(cli: Cli, case: str, command: "Callable[[Case], Body]", what: str, patience: float | None) -> None:
    """Give a case a command, and tell what it is then."""
    from shared.cli import case_changes

    held = cli.run(lambda services: case_changes.change(services, case, command, patience), needs=(TABLES, BUS))
    typer.echo(f"{held.number} is {what}." if patience is not None else f"Sent; {held.number} is {what} in a moment.")


def _check_choices(**chosen: str) -> None:
    from shared.definitions.bounds import CHOICES

    for name, value in chosen.items():
        if value not in CHOICES[name]:
            stop(f"--{name} is one of {', '.join(CHOICES[name])}.", USAGE)


def _check_lengths(**said: str) -> None:
    from shared.definitions.bounds import LONGEST

    for name, value in said.items():
        if len(value) > LONGEST[name]:
            stop(f"--{name} has at most {LONGEST[name]} characters.", USAGE)
        if name == "title" and not value.strip():
            stop("--title must not be empty.", USAGE)
