"""What must be true of runs: who moved them (I5), what they counted (I7), and what pauses, stops and segments meant."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from shared.cases import measures
from shared.cases.transitions import STATUS_OF
from shared.definitions.tiles import SendTile
from shared.runtime.ids import joined
from tests.simulation.evidence import Evidence, Rows, order
from tests.simulation.replay import replayed
from tests.simulation.story import PEOPLE
from tests.simulation.world import documents

SLACK = timedelta(hours=1)
"""How late a message may be by delays and retries before a wait's limit may rightly overtake it."""
KNOWN = timedelta(minutes=2)
"""Until when a pause is known to every process: caches, commands that come late, clocks that are behind."""
OUTSIDE = ("goal_reached", "moved", "not_moved")
"""Steps that leave a run waiting for what it waited for."""
WATCHED = ("patience", "case-not-started")
"""Journeys whose waits are all for changes of the run's own case."""


def i5_only_promised_tokens_act(it: Evidence) -> Iterator[str]:
    """A step of a run brings a token that it gave away when it last stopped, or when it entered."""
    for run, steps in it.run_steps.items():
        if it.runs[run]["journey"] in it.story.moved:
            continue
        standing = {watch["token"] for watch in it.runs[run]["watches"]}
        promised: set[str] = set()
        for before, step in pairwise(steps):
            promised = promised if before["outcome"] in OUTSIDE else _tokens(before)
            token = step["body"].get("token")
            if token is not None and token not in promised | standing:
                yield f"run {run} was moved by a stale {step['kind']}"


def _tokens(step: dict[str, Any]) -> set[str]:
    messages = step["outbox"]["messages"]
    asked = {message["reply_to"]["body"]["token"] for message in messages if message["reply_to"]}
    return asked | {message["body"]["token"] for message in messages if message["kind"] == "time_up"}


def i5_a_run_moves_on_only_while_it_runs(it: Evidence) -> Iterator[str]:
    """What has ended is never moved again; only its goal may still be reached."""
    for run, steps in it.run_steps.items():
        for before, step in pairwise(steps):
            if before["outcome"] in ("exited", "completed") and step["outcome"] != "goal_reached":
                yield f"run {run} had {before['outcome']}, and was {step['outcome']} by {step['kind']}"


def i5_events_in_time_say_yes(it: Evidence) -> Iterator[str]:
    """A wait that ended by its limit has missed no event that came well before."""
    paused = {journey for _, journey, _ in it.story.controls}
    for run, steps in it.run_steps.items():
        journey = it.runs[run]["journey"]
        if journey not in WATCHED or journey in paused or journey in it.story.moved:
            continue
        for before, step in pairwise(steps):
            if step["kind"] == "time_up":
                for event in _missed(it, run, before, step):
                    yield f"run {run} of {journey} waited past its limit, though {event} had happened"


def _missed(it: Evidence, run: str, before: dict[str, Any], step: dict[str, Any]) -> Iterator[str]:
    state = it.runs[run]
    partition = joined(state["journey"], state["contact"])
    since = it.positions["runs", partition, f"step:{run}:{before['cause']}"]
    limit = datetime.fromisoformat(step["time"])
    second = "first" in state["path"] and "still" in state["path"] and before["kind"] != "enter_journey"
    rows = it.tables("cases").get(state["attributes"]["case"], {})
    held = ""
    for key, activity in sorted(_activities(rows), key=lambda entry: order(entry[1])):
        changed, held = activity["outcome"] != held, activity["outcome"]
        if activity["outcome"] == "opened":
            held = "in_progress"
            continue
        fits = changed and _fits(state["journey"], activity["outcome"], second=second)
        happened = it.positions["cases", state["attributes"]["case"], key]
        if fits and happened > since and datetime.fromisoformat(activity["at"]) + SLACK < limit:
            yield activity["outcome"]


def _activities(rows: Rows) -> list[tuple[str, dict[str, Any]]]:
    """What was done to a case, without what was refused."""
    found = [(key, row) for key, row in rows.items() if key.startswith("activity:")]
    return [(key, row) for key, row in found if row["outcome"] in (*STATUS_OF, "opened")]


def _fits(journey: str, status_reason: str, *, second: bool) -> bool:
    if journey == "patience":
        return not second or STATUS_OF[status_reason] != "active"
    return status_reason != "in_progress"


def i7_numbers_add_up(it: Evidence) -> Iterator[str]:
    """Per tile and version, and for the journey; a run that was moved has left one version and entered another."""
    for (journey, version), counts in numbers(it).items():
        for tile in {key.rpartition(".")[0] for key in counts} - {""}:
            flow = {name: counts[f"{tile}.{name}"] for name in ("in", "waiting", "processed", "exited")}
            if flow["in"] != flow["waiting"] + flow["processed"] + flow["exited"] or min(flow.values()) < 0:
                yield f"{journey} v{version} {tile}: {flow}"
        entered, running = counts[".entered"], counts[".running"]
        if entered != running + counts[".completed"] + counts[".exited"]:
            yield f"{journey} v{version}: entered {entered}, {dict(counts)}"


def i7_numbers_are_those_of_the_runs(it: Evidence) -> Iterator[str]:
    """The counters say what the rows of the runs say."""
    wanted: defaultdict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for run in it.all_runs:
        here = wanted[run["journey"], run["version"]]
        if run["status"] == "not_entered":
            here[f".not_entered:{run['reason']}"] += 1
            continue
        here[".entered"] += 1
        here[f".{run['status']}"] += 1
        here.update(f"{tile}.in" for tile in run["path"])
        if run["waiting"]:
            here[f"{run['waiting']['tile']}.waiting"] += 1
    found = numbers(it)
    for place, counts in wanted.items():
        if place[0] in it.story.moved:
            continue
        for name, count in counts.items():
            if found[place][name] != count:
                yield f"{place} counts {found[place][name]} {name}, its runs say {count}"


def i7_messages_are_counted(it: Evidence) -> Iterator[str]:
    """What became of each message is counted once, at its tile."""
    wanted: defaultdict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for delivery in it.deliveries.values():
        request = delivery["request"]
        here = wanted[request["journey"], request["version"]]
        if delivery["state"] == "delivered" or "sent" in delivery["times"]:  # accepted after all, though it had failed
            here[f"{request['tile']}.sent"] += 1
        if delivery["state"] == "delivered":
            here[f"{request['tile']}.delivered"] += 1
        if delivery["state"] in ("blocked", "failed"):
            here[f"{request['tile']}.{delivery['state']}:{delivery['reason']}"] += 1
    found = numbers(it)
    for place, counts in wanted.items():
        for name, count in counts.items():
            if found[place][name] != count:
                yield f"{place} counts {found[place][name]} {name}, its deliveries say {count}"


def numbers(it: Evidence) -> defaultdict[tuple[str, int], Counter[str]]:
    """Sum up all rows of counters: by journey and version."""
    found: defaultdict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for partition, rows in it.tables("counts").items():
        journey = partition.rpartition("~")[0]
        for key, row in rows.items():
            if journey != measures.NAME and key.startswith(("new:", "total:")):
                found[journey, int(key.split(":")[1])].update(row["counts"])
    return found


def i7_goals_count_people_once(it: Evidence) -> Iterator[str]:
    reached = {(run["journey"], run["contact"]) for run in it.all_runs if run["goal_at"]}
    counted: Counter[str] = Counter()
    for (journey, _), counts in numbers(it).items():
        counted[journey] += counts[".goal"]
    for journey in {journey for journey, _ in reached} | set(+counted):
        people = sum(each == journey for each, _ in reached)
        if counted[journey] != people:
            yield f"{journey} counts {counted[journey]} goals, {people} people reached it"


def who_waits_is_listed(it: Evidence) -> Iterator[str]:
    listed = {key[4:] for rows in it.partitions("counts") for key in rows if key.startswith("run:")}
    waiting = {run["id"] for run in it.all_runs if run["waiting"]}
    yield from (f"run {run} waits, and is not listed" for run in waiting - listed)


def a_paused_journey_stands_still(it: Evidence) -> Iterator[str]:
    for journey, began, ended in pauses(it):
        for run, steps in it.run_steps.items():
            if it.runs[run]["journey"] == journey:
                moving = [step for step in steps if step["outcome"] not in OUTSIDE]
                times = [datetime.fromisoformat(step["at"]) for step in moving]
                if any(began + KNOWN < at < ended - KNOWN for at in times):
                    yield f"run {run} of {journey} moved while that was paused from {began} to {ended}"
    for journey, rows in it.tables("parked").items():
        yield f"{journey} has {len(rows)} messages parked"


def pauses(it: Evidence) -> Iterator[tuple[str, datetime, datetime]]:
    """Yield the pauses as the state of the journey had them: from the first row that says so to the last."""
    began: dict[str, datetime] = {}
    for table, partition, change in it.world.commits:
        if (table, partition) != ("definitions", "catalogue") or not hasattr(change, "data"):
            continue
        for journey, line in change.data["journeys"].items():
            if line["state"] == "paused":
                began.setdefault(journey, datetime.fromisoformat(line["since"]))
            elif journey in began:
                yield journey, began.pop(journey), datetime.fromisoformat(line["since"])


def a_stopped_journey_has_nobody(it: Evidence) -> Iterator[str]:
    latest = it.tables("definitions").get("catalogue", {}).get("latest", {"journeys": {}})
    for journey in it.stopped:
        if latest["journeys"][journey]["state"] != "stopped":
            yield f"{journey} was told to stop, and is {latest['journeys'][journey]['state']}"
        for run in it.all_runs:
            if run["journey"] == journey and run["status"] == "running":
                yield f"run {run['id']} goes on in {journey}, which has stopped"


def members_enter_once_each_time(it: Evidence) -> Iterator[str]:
    """Whoever was in the segment all the time has one run an occurrence; whoever never was has none."""
    runs = Counter((run["journey"], run["event"], run["contact"]) for run in it.all_runs)
    yield from (f"{place} has {count} runs" for place, count in runs.items() if count > 1)
    begun = {
        (row["head"]["state"]["journey"], row["head"]["state"]["name"]): row["head"]["state"]
        for row in it.tables("occurrences").values()
    }
    for (journey, name), walk in begun.items():
        if journey in it.stopped:
            continue
        if walk["finished_at"] is None:
            yield f"{journey} {name} stopped at page {walk['pages']}"
        for person in PEOPLE:
            said = [about["language"] for _, about in it.story.people[person]]
            has_run = (journey, name, person) in runs
            since = it.tables("contacts")[person]["head"]["state"]["registered_at"]
            is_late = journey == "weekly" and since >= walk["started_at"]
            if (set(said) == {"de"} and not has_run and not is_late) or ("de" not in said and has_run):
                yield f"{person} said {said}, and {'has' if has_run else 'has no'} run in {journey} {name}"


def i9_replay_decides_the_same(it: Evidence) -> Iterator[str]:
    for key, steps in it.run_steps.items():
        yield from (f"run {key}: {difference}" for difference in replayed(it.runs[key], steps))


def i3_every_send_tile_has_its_delivery(it: Evidence) -> Iterator[str]:
    """The tiles of both versions have the same names."""
    sends = {
        (journey.name, tile.id)
        for journey in documents(2).journeys.values()
        for tile in journey.tiles.values()
        if isinstance(tile, SendTile)
    }
    wanted = {(key, tile) for key, run in it.runs.items() for tile in run["path"] if (run["journey"], tile) in sends}
    found = Counter((delivery["request"]["run"], delivery["request"]["tile"]) for delivery in it.deliveries.values())
    yield from (f"no delivery for {send}" for send in wanted - found.keys())
    yield from (f"{found[send]} deliveries for {send}" for send in found if found[send] > 1 or send not in wanted)


CHECKS = (
    i3_every_send_tile_has_its_delivery,
    i5_only_promised_tokens_act,
    i5_a_run_moves_on_only_while_it_runs,
    i5_events_in_time_say_yes,
    i7_numbers_add_up,
    i7_numbers_are_those_of_the_runs,
    i7_messages_are_counted,
    i7_goals_count_people_once,
    who_waits_is_listed,
    a_paused_journey_stands_still,
    a_stopped_journey_has_nobody,
    members_enter_once_each_time,
    i9_replay_decides_the_same,
)
