"""`carebus agents list`, `put`, `presence` and `import`."""

from pathlib import Path
from typing import Annotated

import typer

from shared.cli.commands.options import AsJson, By, Seconds, Wait
from shared.cli.context import BUS, TABLES, USAGE, Cli, stop

app = typer.Typer(no_args_is_help=True, help="See who works on cases, and say what they can do.")

AgentId = Annotated[str, typer.Argument(metavar="AGENT", help="The id that they sign in with.")]


@app.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List all agents, and how many more cases each could take.

    Example: `carebus agents list`
    """
    from shared.cli import agents, output

    cli: Cli = context.obj
    found = cli.run(agents.listed)
    columns = ("id", "name", "presence", "free_slots", "capacity", "queues", "skills")
    output.show(found, columns, as_json=as_json, nothing="No agents.")


@app.command()
def put(
    context: typer.Context,
    agent: AgentId,
    name: Annotated[str, typer.Option(help="What people call them.")],
    capacity: Annotated[int, typer.Option(help="How many cases they work on at the same time.")],
    skill: Annotated[list[str] | None, typer.Option(help="A skill and how well they have it: pumps:3.")] = None,
    queue: Annotated[list[str] | None, typer.Option(help="A queue that they are a member of.")] = None,
    by: By = "operator",
    wait: Wait = False,
    timeout: Seconds = 60,
) -> None:
    """Create an agent, or change one as a whole; presence and cases stay.

    Example: `carebus agents put kim --name Kim --capacity 3 --skill pumps:4 --queue first-line --wait`
    """
    from shared.agents.messages import PutAgent
    from shared.cli import agents, queues

    cli: Cli = context.obj
    try:
        skills = agents.skills_of(" ".join(skill or ()))
    except ValueError:
        stop("--skill is a name and a proficiency: pumps:3.", USAGE)
    body = PutAgent(agent, name, by, capacity, skills, tuple(queue or ()))
    if fault := agents.fault_of(body):
        stop(fault, USAGE)
    cli.run(lambda services: queues.check(services, [body]))
    cli.run(lambda services: agents.say(services, [body], timeout if wait else None), needs=(TABLES, BUS))
    typer.echo(f"{agent} is put." if wait else f"Sent; {agent} is put in a moment.")


@app.command()
def presence(
    context: typer.Context,
    agent: AgentId,
    presence: Annotated[str, typer.Argument(help="available, busy, away or offline.")],
    by: By = "operator",
    wait: Wait = False,
    timeout: Seconds = 60,
) -> None:
    """Say whether an agent is there: who is available gets the cases that they fit.

    Example: `carebus agents presence kim available --wait`
    """
    from shared.agents.messages import SetPresence
    from shared.agents.presence import PRESENCES
    from shared.cli import agents

    cli: Cli = context.obj
    if presence not in PRESENCES:
        stop(f"A presence is one of {', '.join(PRESENCES)}.", USAGE)
    cli.run(lambda services: agents.present(services, agent))
    body = SetPresence(agent, presence, by)
    cli.run(lambda services: agents.say(services, [body], timeout if wait else None), needs=(TABLES, BUS))
    typer.echo(f"{agent} is {presence}." if wait else f"Sent; {agent} is {presence} in a moment.")


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file with a header, in UTF-8.")],
    by: By = "operator",
    wait: Wait = False,
    timeout: Seconds = 60,
) -> None:
    """Create or change agents: `agent_id,name,capacity,skills,queues`, as in `kim,Kim,3,pumps:4 german:5,first-line`.

    Every line is checked first; if one is wrong, nothing is sent. Importing a file again does no harm.

    Example: `carebus agents import agents.csv --wait`
    """
    from shared.cli import agent_file, importing, queues
    from shared.definitions.faults import Invalid

    cli: Cli = context.obj
    try:
        bodies = agent_file.read(str(file), file.read_bytes(), by)
    except Invalid as invalid:
        stop(str(invalid))
    cli.run(lambda services: queues.check(services, bodies))
    refused = cli.run(lambda services: importing.run(services, bodies, timeout if wait else None), needs=(TABLES, BUS))
    if refused:
        stop("\n".join(refused))
    typer.echo(f"{len(bodies)} agents {'imported' if wait else 'sent; they are applied in a moment'}.")
