"""A world of people who write and are written back: mails come twice, late and out of order, and anything can break.

`python -m tests.simulation.mailbox SEED` replays one seed and prints its trace.
"""

import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from itertools import pairwise
from typing import Any

from shared.cases.case import Case
from shared.cases.messages import ResolveCase
from shared.contacts.messages import PutContact
from shared.definitions.loader import Documents, load
from shared.intake.correspondent import HELD_LIST, RELEASABLE, ROW, Incoming, ignored_list, public_id
from shared.intake.door import MAIL
from shared.intake.messages import ReleaseActivity
from shared.runtime.codec import typed
from shared.runtime.ids import derived
from tests.simulation.cloud import Faults
from tests.simulation.schedule import START
from tests.simulation.staff import heads, rows_of, say
from tests.simulation.world import World
from tests.unit.intake.desk import TEMPLATES, answer_to, raw, rules

PEOPLE = {"ada": "ada@example.org", "bo": "bo@example.org"}
STRANGERS = ("zed@example.net", "yan@example.net")
WAYS = ("reply_to", "reference", "number", "nothing")
END = ("done", "held", "ignored")


@dataclass(slots=True)
class Post:
    """What was put in: each accepted message by its id, with who wrote it."""

    accepted: dict[str, str] = field(default_factory=dict)
    written: int = 0


def play(seed: int, faults: Faults | None = None) -> tuple[World, list[str]]:
    """Let a day of mails go by under faults, then let the world come to rest, and audit it."""
    world, post = World(seed, faults or Faults.drawn(random.Random(seed))), Post()
    try:
        _tell(world, post)
        world.run()
        world.calm()
        world.redrive()
        world.run()
    except Exception as error:
        return world, [f"the world broke: {type(error).__name__}: {error}"]
    return world, list(_at_rest(world, post))


@cache
def documents(text: str) -> Documents:
    return load({"mailbox.yaml": text})


def _tell(world: World, post: Post) -> None:
    rng, raging = world.rng, world.faults
    world.calm()
    text = f"{TEMPLATES}\n---\n{rules(rng.choice(('create_contact', 'create_contact', 'hold')), rng.choice((2, 20)))}"
    published = documents(text)
    world.call("publish", lambda services: services.definitions.publish(published))
    for name, address in PEOPLE.items():
        say(world, f"put-{name}", PutContact(name, name.title(), email=address))

    def rage() -> None:
        world.faults = world.store.faults = world.bus.faults = world.provider.faults = raging

    world.plan(30, rage)
    for _ in range(rng.randint(3, 12)):
        at = rng.choice((31, 31, 32, 60, 3600, 4000, 9000, 30_000))
        deed = rng.choice((_write, _write, _answer, _answer, _answer, _robot, _close, _decide))
        world.plan(at + rng.random(), lambda deed=deed: deed(world, post))  # type: ignore[misc]


def _write(world: World, post: Post) -> None:
    """Write a letter, or two at once; each may be handed in several times."""
    sender = world.rng.choice([*PEOPLE.values(), *STRANGERS])
    for _ in range(world.rng.choice((1, 1, 2))):
        post.written += 1
        _hand_in_letter(world, post, post.written, sender)


def _hand_in_letter(world: World, post: Post, number: int, sender: str) -> None:
    content = raw(f"letter {number}", from_=sender, subject=f"Letter {number}", message_id=f"<{number}@x>")
    for again in range(world.rng.choice((1, 1, 2, 3))):
        world.plan(_since(world) + 100 * again, lambda: hand_in(world, post, content, sender))


def _answer(world: World, post: Post) -> None:
    """Answer a mail of ours, as who got it or as somebody else."""
    sent = world.provider.inner.accepted
    if not sent:
        return _write(world, post)
    post.written += 1
    mail, number = world.rng.choice(sent), post.written
    sender = world.rng.choice((mail.to, mail.to, *STRANGERS, PEOPLE["bo"]))
    by = world.rng.choice(WAYS)
    content = answer_to(mail, f"letter {number}", by=by, from_=sender, message_id=f"<{number}@x>")
    hand_in(world, post, content, sender)
    return None


def _robot(world: World, post: Post) -> None:
    post.written += 1
    sender, number = world.rng.choice([*PEOPLE.values(), *STRANGERS]), post.written
    hand_in(world, post, raw(f"letter {number}", from_=sender, message_id=f"<{number}@x>", precedence="bulk"), sender)


def _close(world: World, _post: Post) -> None:
    for case in sorted(heads(world, "cases", Case)):
        if world.rng.random() < 0.5:
            say(world, f"close-{case}-{_since(world)}", ResolveCase(case, "kim", text="done"))


def _decide(world: World, post: Post) -> None:
    """A person releases what is held or was ignored, as it comes or by a word of theirs."""
    for shown in sorted(post.accepted):
        if world.rng.random() < 0.5:
            correspondent, _, activity = shown.partition("-")
            contact, ignore = world.rng.choice((("", False), ("bo", False), ("", True)))
            body = ReleaseActivity(correspondent, activity, "kim", contact, ignore=ignore)
            say(world, f"release-{shown}-{_since(world)}", body)


def hand_in(world: World, post: Post, content: bytes, sender: str) -> None:
    """Hand a mail in as a gateway does, which tries again until it is taken."""

    async def take(services: Any) -> None:
        receipt = await services.intake.take({"content-type": MAIL}, content)
        post.accepted[receipt.activity] = sender

    def again() -> None:
        world.call("mail", take, again)

    again()


def _since(world: World) -> float:
    return (world.time.now - START).total_seconds()


def _at_rest(world: World, post: Post) -> Iterator[str]:
    for name, queue in world.queues.queues.items():
        if queue.waiting or queue.dead:
            yield f"{name} still holds {len(queue.waiting)} messages and {len(queue.dead)} dead letters"
    for day in world.rows.partitions("rejected"):
        if any(
            line["kind"] not in ("resolve_case", "release_activity")
            for line in rows_of(world, "rejected", day).values()
        ):
            yield f"rejected: {rows_of(world, 'rejected', day)}"
    incoming = _incoming(world)
    yield from (f"{shown} was accepted and is not there" for shown in post.accepted.keys() - incoming.keys())
    cases = heads(world, "cases", Case)
    told = _told(world)
    for shown, each in incoming.items():
        yield from _one(each, cases, told, shown)
    yield from _everywhere(world, incoming)
    yield from _replies(world, incoming)


def _one(each: Incoming, cases: dict[str, Case], told: Counter[str], shown: str) -> Iterator[str]:
    if each.state not in END:
        yield f"{shown} still waits in {each.state}"
    if told[each.said.text] != (each.state == "done"):
        yield f"{each.said.text} is {each.state}, and {told[each.said.text]} times on a timeline"
    if each.state == "done" and cases[each.case].contact != each.contact and each.thread != "address":
        yield f"{each.said.text} of {each.contact} went to a case of {cases[each.case].contact}"


def _everywhere(world: World, incoming: dict[str, Incoming]) -> Iterator[str]:
    """Each case is there for a message, and each list shows what is in it."""
    used = {each.case for each in incoming.values() if each.state == "done"}
    # Somebody may close a case before its own message is on it: then a person sees to the message.
    used |= {
        derived("case", each.id, str(version)) for each in incoming.values() for version in range(1, each.version + 1)
    }
    yield from (f"case {case} was opened for nothing" for case in heads(world, "cases", Case).keys() - used)
    for state in RELEASABLE:
        lists = [HELD_LIST] if state == "held" else _days(world)
        lines = [row["data"]["id"] for place in lists for row in rows_of(world, "views", place).values() if row["data"]]
        wanted = sorted(shown for shown, each in incoming.items() if each.state == state)
        if sorted(lines) != wanted:
            yield f"{state}: {sorted(lines)} are listed, and {wanted} are"
    addresses = [head.points.get("email") for head in heads(world, "contacts", _Reached).values()]
    yield from (f"{count} contacts have {address}" for address, count in Counter(addresses).items() if count > 1)


def _replies(world: World, incoming: dict[str, Incoming]) -> Iterator[str]:
    """Nobody is answered automatically twice in an hour, and no message twice."""
    sent = Counter(mail.headers["In-Reply-To"] for mail in world.provider.inner.accepted)
    yield from (f"{message_id} was answered {count} times" for message_id, count in sent.items() if count > 1)
    decided: dict[str, list[Any]] = {}
    for each in incoming.values():
        if each.reply is not None:
            decided.setdefault(each.said.address, []).append(each.received_at)
    for address, times in decided.items():
        ordered = sorted(times)
        if any(later - earlier < timedelta(minutes=59) for earlier, later in pairwise(ordered)):
            yield f"{address} is answered at {ordered}"


@dataclass(frozen=True, slots=True)
class _Reached:
    """As much of a contact as is looked at."""

    points: dict[str, str]


def _incoming(world: World) -> dict[str, Incoming]:
    found = {}
    for partition in world.rows.partitions("correspondents"):
        for key, row in rows_of(world, "correspondents", partition).items():
            if key.startswith(ROW):
                found[public_id(partition, key.removeprefix(ROW))] = typed(Incoming, row["state"])
    return found


def _told(world: World) -> Counter[str]:
    """How often each text is on a timeline."""
    lines = [
        row["state"]
        for partition in world.rows.partitions("cases")
        for key, row in rows_of(world, "cases", partition).items()
        if key.startswith("line:")
    ]
    return Counter(line["text"].rpartition("\n")[2] for line in lines if line["outcome"] == "added")


def _days(world: World) -> list[str]:
    return [ignored_list((START + timedelta(days=back)).date().isoformat()) for back in range(3)]


def main() -> int:
    seed = int(sys.argv[1])
    world, found = play(seed)
    print("\n".join(world.log))
    print(f"\nseed {seed}, {world.deliveries} deliveries, faults {world.faults}")
    print("\n".join(found) or "no violation")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
