"""`carebus cases note`, `plan`, `parent`, `merge`, `timeline` and `process`."""

from datetime import datetime
from typing import Annotated

import typer

from shared.cli.commands.case_life import Named, Text, say
from shared.cli.commands.options import AsJson, By, Seconds, Wait
from shared.cli.context import USAGE, Cli, stop

ACTIVITIES = ("note", "phone_call", "email", "sms", "appointment", "conversation")
TASKS = ("task", "phone_call", "appointment", "email")


def register(app: typer.Typer) -> None:
    for command in (note, plan, parent, merge, timeline):
        app.command()(command)


def note(
    context: typer.Context,
    case: Named,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What was said or done.")],
    type_: Annotated[str, typer.Option("--type", help=f"{', '.join(ACTIVITIES)}.")] = "note",
    direction: Annotated[str, typer.Option(help="in or out; a note has none.")] = "",
    subject: str = "",
    conversation: Annotated[str, typer.Option(help="The conversation that it belongs to.")] = "",
    by: By = "operator",
    wait: Wait = False,
    timeout: Seconds = 60,
) -> None:
    """Write down what was said or done; the first word to the customer (out) is the first response.

    Example: `carebus cases note CAS-02516-X7K2M4 "Told them to wait." --type phone_call --direction out --wait`
    """
    from shared.cases.messages import AddActivity

    if type_ not in ACTIVITIES or direction not in ("", "in", "out"):
        stop(f"--type is one of {', '.join(ACTIVITIES)}, --direction one of in, out.", USAGE)
    if not (subject.strip() or text.strip()):
        stop("TEXT must not be empty.", USAGE)

    def command(id_: str) -> AddActivity:
        return AddActivity(id_, type_, by, text, subject, direction, conversation=conversation)

    say(context.obj, case, lambda held: command(held.id), "told of it", timeout if wait else None)


def plan(
    context: typer.Context,
    case: Named,
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="What is to be done.")],
    due: Annotated[str, typer.Option(help="Until when, with an offset: 2026-11-25T12:00:00+01:00.")],
    queue: Annotated[str, typer.Option(help="Who does it: a queue.")] = "",
    person: Annotated[str, typer.Option(help="Who does it: an agent.")] = "",
    type_: Annotated[str, typer.Option("--type", help=f"{', '.join(TASKS)}.")] = "task",
    by: By = "operator",
    wait: Wait = False,
    timeout: Seconds = 60,
) -> None:
    """Plan something to do for a case: it must be done, or cancelled, before the case is closed.

    Example: `carebus cases plan CAS-02516-X7K2M4 "Call them" --due 2026-11-25T12:00:00Z --person kim --wait`
    """
    from shared.runtime.ids import made
    from shared.tasks.messages import CreateTask

    if bool(queue) == bool(person):
        stop("Say who does it: either --queue or --person.", USAGE)
    if type_ not in TASKS:
        stop(f"--type is one of {', '.join(TASKS)}.", USAGE)
    at, task, owner = _moment(due), made(), "queue" if queue else "person"

    def command(id_: str, contact: str) -> CreateTask:
        return CreateTask(task, subject, contact, owner, queue or person, at, id_, type=type_, by=by)

    what = f"to have it done: task {task}"
    say(context.obj, case, lambda held: command(held.id, held.contact), what, timeout if wait else None)


def parent(
    context: typer.Context,
    case: Named,
    above: Annotated[str, typer.Argument(metavar="[PARENT]", help="The case above: id or number.")] = "",
    none: Annotated[bool, typer.Option("--none", help="It is to stand alone.")] = False,
    text: Text = "",
    by: By = "operator",
    wait: Wait = False,
    timeout: Seconds = 60,
) -> None:
    """Put an active case below another one, or nowhere.

    Example: `carebus cases parent CAS-02516-X7K2M4 CAS-02516-B7N3Q1 --wait`
    """
    from shared.cases.messages import SetParent
    from shared.cli import case_changes

    cli: Cli = context.obj
    if bool(above) == none:
        stop("Name the case above, or say --none.", USAGE)
    ids = cli.run(lambda services: case_changes.identified(services, [above] if above else []))
    to, what = (ids[0], f"below {above}") if ids else (None, "alone")
    say(cli, case, lambda held: SetParent(held.id, by, to, text), what, timeout if wait else None)


def merge(
    context: typer.Context,
    case: Named,
    sources: Annotated[list[str], typer.Argument(metavar="SOURCE...", help="Up to ten cases: ids or numbers.")],
    text: Text = "",
    by: By = "operator",
    wait: Wait = False,
    timeout: Seconds = 60,
) -> None:
    """Merge other cases of the same customer into this one; `cases show` tells how far that is.

    Example: `carebus cases merge CAS-02516-X7K2M4 CAS-02516-B7N3Q1 --wait`
    """
    from shared.cases.merge import MOST
    from shared.cases.messages import MergeCases
    from shared.cli import case_changes

    cli: Cli = context.obj
    if len(sources) > MOST:
        stop(f"At most {MOST} cases are merged at once.", USAGE)
    ids = cli.run(lambda services: case_changes.identified(services, sources))
    say(cli, case, lambda held: MergeCases(held.id, by, tuple(ids), text), "taking them in", timeout if wait else None)


def timeline(
    context: typer.Context,
    case: Annotated[str, typer.Argument(metavar="[CASE]", help="The case's id or number.")] = "",
    contact: Annotated[str, typer.Option(help="What happened in all cases of this contact.")] = "",
    conversation: Annotated[str, typer.Option(help="What was said in this conversation.")] = "",
    kind: Annotated[list[str] | None, typer.Option(help="Only lines of this kind; may come more than once.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many lines.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what happened, newest first: to a case, to all of a contact, or in a conversation.

    Example: `carebus cases timeline CAS-02516-X7K2M4 --kind note --kind email`
    """
    from shared.cli import case_changes, cases, output

    cli: Cli = context.obj
    if len([each for each in (case, contact, conversation) if each]) != 1:
        stop("Name one of CASE, --contact and --conversation.", USAGE)
    found = cli.run(
        lambda services: case_changes.timeline(
            services, case=case, contact=contact, conversation=conversation, kinds=kind or (), limit=limit
        )
    )
    columns = ("at", "kind", "outcome", "reason", "by", "what", "text")
    output.show(
        found if as_json else cases.with_what(found),
        columns if case else (*columns, "case"),
        as_json=as_json,
        nothing="Nothing happened.",
    )


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        stop("--due is a time such as 2026-11-25T12:00:00+01:00.", USAGE)
    if moment.tzinfo is None:
        stop("--due needs an offset, such as 2026-11-25T12:00:00+01:00.", USAGE)
    return moment
