"""Whatever the other side does, a storm of automatic mails ends, and each message has one effect."""

from dataclasses import dataclass, field
from itertools import count, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.channels.provider import Outgoing
from shared.definitions.intake import Limit
from shared.intake.correspondent import BETWEEN_REPLIES, Correspondent
from shared.runtime.memory.store import MemoryStore
from shared.runtime.store import Change, Row
from tests.unit.intake.desk import IntakeDesk, answer_to, raw, rules
from tests.unit.pages.world import START


def answered(sent: Outgoing, number: int, kept: str, sender: str) -> bytes:
    """What a program without manners answers: nothing in it says that no person wrote it."""
    return answer_to(sent, "I am on holiday.", by=kept, message_id=f"<{number}@away.example>", from_=sender)


@settings(max_examples=30, deadline=None)
@given(
    st.floats(0, 28),
    st.sampled_from(["reply_to", "reference", "number", "nothing"]),
    st.sampled_from(["ada@example.org", "bob@example.net"]),
)
async def test_a_program_that_answers_each_of_our_answers_is_answered_no_more_in_the_end(
    hours: float, kept: str, sender: str
) -> None:
    desk = IntakeDesk()
    await desk.publish(rules())
    await desk.world.has_contact()
    await desk.mail(from_=sender)
    for number in range(10, 30):
        before = len(desk.sent)
        await desk.mail(answered(desk.sent[-1], number, kept, sender), hours=hours)
        if len(desk.sent) == before:
            return
    pytest.fail("it goes on")


@given(st.lists(st.floats(0, 48), max_size=60))
def test_an_address_never_gets_two_automatic_replies_in_an_hour(hours: list[float]) -> None:
    held, now, replied = Correspondent(), START, []
    for each in hours:
        now += BETWEEN_REPLIES * each
        if held.may_be_replied_to(now):
            held = held.was_replied_to(now)
            replied.append(now)
    assert all(later - earlier >= BETWEEN_REPLIES for earlier, later in pairwise(replied))


@given(st.lists(st.floats(0, 2), max_size=60), st.integers(1, 5))
def test_in_no_window_are_more_taken_than_the_limit(hours: list[float], at_most: int) -> None:
    limit, held, now, taken = Limit(at_most), Correspondent(), START, []
    for each in hours:
        now += limit.per * each
        if not held.is_over(limit, now):
            held = held.took(limit, now)
            taken.append(now)
    assert all(later - earlier >= limit.per for earlier, later in zip(taken, taken[at_most:], strict=False))
    assert len(held.taken) <= at_most


class Crash(Exception):
    """The process is gone."""


@dataclass(slots=True)
class Countdown:
    """After so many reads and writes the process crashes, once."""

    left: int = 10**9
    is_over: bool = field(default=False)

    def tick(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.is_over = True
            raise Crash


class CrashingStore(MemoryStore):
    def __init__(self, countdown: Countdown) -> None:
        super().__init__()
        self._countdown = countdown

    async def get(self, table: str, partition: str, key: str) -> Row | None:
        self._countdown.tick()
        return await super().get(table, partition, key)

    async def write(self, table: str, partition: str, *changes: Change) -> dict[str, str]:
        self._countdown.tick()
        written = await super().write(table, partition, *changes)
        self._countdown.tick()
        return written


async def survived(desk: IntakeDesk) -> None:
    """Handle all that waits; what was not completed when the process crashed comes again."""
    world = desk.world
    while due := [queue for queue in world.bus.queues if world.bus.ready(queue)]:
        for queue in due:
            while delivery := world.bus.receive(queue):
                try:
                    await world.services.pipeline.handle(queue, delivery.message.body)
                except Crash:
                    world.bus.abandon(delivery)
                else:
                    world.bus.complete(delivery)


@pytest.mark.parametrize("sender", ["ada@example.org", "bob@example.net"])
async def test_wherever_the_process_crashes_a_mail_opens_one_case_and_is_answered_once(sender: str) -> None:
    for moment in count(1):
        countdown = Countdown()
        desk = IntakeDesk(store=CrashingStore(countdown))
        await desk.publish(rules())
        await desk.world.has_contact()
        countdown.left = moment
        for again in range(3):
            receipt = await desk.hand_in(raw(from_=sender))
            desk.world.clock.at += BETWEEN_REPLIES * again / 10
            await survived(desk)
        countdown.left = 10**9
        incoming = await desk.incoming(receipt)
        assert incoming.state == "done"
        assert [case["id"] for case in await desk.cases_of(incoming.contact)] == [incoming.case]
        assert [line.outcome for line in await desk.timeline(incoming)] == ["opened", "added"]
        assert [sent.to for sent in desk.sent] == [sender]
        if not countdown.is_over:
            assert moment > 20
            break


STRANGERS = {
    '"Your account is locked: https://evil.example/login" <victim@bank.example>': "victim",
    '"Visit evil.example now" <victim@bank.example>': "victim",
    "victim+evil.example@bank.example": "victim",
    f"{'x' * 61} <victim@bank.example>": "victim",
    "Dr. Ana-Maria O'Neil <victim@bank.example>": "Dr. Ana-Maria O'Neil",
    "J.R.R. Tolkien <victim@bank.example>": "J.R.R. Tolkien",
    "=?utf-8?b?4KS44KWB4KSu4KS/4KSk?= <victim@bank.example>": "सुमित",
}


@pytest.mark.parametrize(("sender", "greeted"), STRANGERS.items())
async def test_what_strangers_call_themselves_is_not_sent_on_to_others_unless_it_is_a_name(
    sender: str, greeted: str
) -> None:
    desk = IntakeDesk()
    await desk.publish(rules())
    await desk.mail(raw(from_=sender))
    [sent] = desk.sent
    assert sent.text.startswith(f"Hello {greeted}: ")
