"""The one row that says which definitions are current: a number for each, and for a journey its state as well."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.definitions.kinds import Kind
from shared.definitions.states import NEXT, NotAllowed, State
from shared.runtime.store import Row

TABLE = "definitions"
CATALOGUE = "catalogue"
LATEST = "latest"

PART: Mapping[Kind, str] = {
    "trigger": "triggers",
    "template": "templates",
    "contact_attributes": "contact_attributes",
    "segment": "segments",
    "calendar": "calendars",
    "process": "processes",
    "policy": "policies",
    "sla": "slas",
    "intake": "intakes",
    "routing": "routings",
    "queue": "queues",
    "journey": "journeys",
}
"""Kind to where the row keeps the current versions of it."""

LASTING = ("state", "since", "held_until", "first_live", "heard")
"""What a journey keeps when it gets another version."""

REMEMBERED = 20
"""Commands by whose ids a journey tells a repeat: one that comes again after another one must not undo it."""


def pointers(row: Row | None) -> dict[str, Any]:
    """Return a copy of what the row says; one from before there was a kind has nothing of it."""
    held = row.data if row else {}
    return {part: dict(held.get(part, {})) for part in (*PART.values(), "waits")}


def version_of(held: Mapping[str, Any], kind: Kind, name: str) -> int:
    """Return the current version of a definition, 0 where there is none."""
    line = held[PART[kind]].get(name, 0)
    number: int = line["version"] if isinstance(line, Mapping) else line
    return number


def key_of(version: int) -> str:
    return f"v{version:06d}"


def journey_line(
    held: Mapping[str, Any] | None, version: int, live_from: datetime, now: datetime, *, is_draft: bool
) -> dict[str, Any]:
    """Return what the row says of a journey that gets this version."""
    line = {"version": version, "state": "live", "live_from": live_from.isoformat()}
    line |= {name: held[name] for name in LASTING if held and name in held}
    if not is_draft:
        line.setdefault("first_live", live_from.isoformat())
    return line | _before(held, now)


def changed_line(
    held: Mapping[str, Any], command: str, id_: str, now: datetime, known_at: datetime, since: datetime | None = None
) -> dict[str, Any] | None:
    """Return what the row says of a journey after a command, None where it says so already; raises NotAllowed.

    With `since`, the command is meant for the state that the journey has had since then.
    """
    state: State = held["state"]
    heard: list[str] = held.get("heard", [])
    if id_ in heard:
        return None
    if since is not None and since != time_in(held, "since"):
        raise NotAllowed(state)
    following = NEXT.get((state, command))
    if following is None and state in [leads for (_, said), leads in NEXT.items() if said == command]:
        return None
    if following is None:
        raise NotAllowed(state)
    line = {name: value for name, value in held.items() if name != "held_until"}
    line |= {"state": following, "since": now.isoformat(), "heard": [*heard, id_][-REMEMBERED:]}
    return line | {"held_until": known_at.isoformat()} if command == "resume" else line


def time_in(line: Mapping[str, Any], name: str) -> datetime | None:
    return datetime.fromisoformat(line[name]) if name in line else None


def _before(held: Mapping[str, Any] | None, now: datetime) -> dict[str, Any]:
    """Return what stays in force until the next version is live: the one held or, while that is not live, its own."""
    if held is None:
        return {}
    if now < datetime.fromisoformat(held["live_from"]):
        return {"before": held["before"]} if "before" in held else {}
    return {"before": {name: held[name] for name in ("version", "state", "live_from")}}
