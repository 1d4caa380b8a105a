"""What a step owes the world is put together before the commit, answer included, and read back as it was."""

import pytest

from shared.runtime import codec
from shared.runtime.bus import MAX_MESSAGE_BYTES
from shared.runtime.decision import Answer, Decision, Outgoing, Put, Refusal, Remove, View
from shared.runtime.envelope import Envelope, Message
from shared.runtime.errors import TooLarge
from shared.runtime.step import ENVELOPE_BYTES, Head, Outbox, Parcel, Step
from tests.unit.runtime.world import NOON, REPLY, Add, Tally, Told

ASKED = Message("m1", NOON, Add(), reply_to=REPLY)


def test_a_step_comes_back_as_it_was_recorded() -> None:
    decision: Decision[Tally] = Decision(
        messages=(Outgoing("a", Told("x"), at=NOON, reply_to=REPLY),),
        raised=(Outgoing("b", Told()),),
        records=(Put("t", "p", "k", {"n": 1}), Remove("t", "p", "k"), View("l", "k", 3, None), View("l", "k", 4, {})),
        then=Outgoing("c", Told()),
        answer=Answer({"total": 1}),
    )
    step = Step("m1", "add", NOON, 3, {"n": 1}, NOON, "counted", Outbox.of(decision, ASKED, NOON), chain=("e1",))
    assert codec.typed(Step, codec.plain(step)) == step


def test_a_head_comes_back_as_it_was_written() -> None:
    assert codec.typed(Head[Tally], codec.plain(Head(Tally(3), NOON, 2))) == Head(Tally(3), NOON, 2)


def test_an_answer_is_the_same_message_however_often_it_is_given() -> None:
    one, other = (Outbox.of(Decision(answer=Answer({"n": 1})), ASKED, NOON).messages for _ in range(2))
    assert one == other
    assert [(parcel.queue, parcel.kind) for parcel in one] == [("askers", "answered")]


def test_a_refusal_is_the_answer() -> None:
    refused: Decision[Tally] = Decision(refused=Refusal("not_found"), answer=Answer({"never": "told"}))
    [parcel] = Outbox.of(refused, ASKED, NOON).messages
    assert parcel.body["answer"] == {"outcome": "refused", "reason": "not_found"}


def test_who_is_not_told_gets_nothing() -> None:
    assert Outbox.of(Decision(), ASKED, NOON).messages == ()


def test_a_parcel_that_fits_is_taken_by_the_bus_in_its_envelope() -> None:
    longest = MAX_MESSAGE_BYTES - ENVELOPE_BYTES - len('{"text":""}')
    parcel = Parcel.of(Outgoing("a" * 128, Told("x" * longest)))
    chain = tuple(f"{number:026d}" for number in range(21))
    assert len(Envelope(parcel.id, parcel.kind, NOON, parcel.body, chain, REPLY).encode()) <= MAX_MESSAGE_BYTES
    with pytest.raises(TooLarge, match="told"):
        Parcel.of(Outgoing("a", Told("x" * (longest + 1))))
