"""Moving a run: through every tile up to the next one that waits; stale tokens and late events change nothing."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.definitions.conditions import MISSING
from shared.deliveries.messages import SendEmail, SendSms
from shared.journeys.advance import answered, awaited, time_up
from shared.journeys.messages import Answered, Awaited, TimeUp
from shared.journeys.run import Run, gone
from shared.journeys.tiles import ANSWER_WITHIN
from shared.journeys.waits import forget
from shared.journeys.walk import reader, walk
from shared.runtime.decision import Decision
from tests.unit.journeys.building import (
    ALARM,
    HELLO,
    LATER,
    NOON,
    OPEN,
    TICKET,
    WAIT,
    arrived,
    changed,
    facts,
    message,
    run,
)

TOLD = OPEN + TICKET
ANSWER = {"case_id": "K1", "number": "CAS-1", "outcome": "opened"}
DAY = timedelta(days=1)


def token(at: Run) -> str:
    return at.waiting.token if at.waiting else "none"


def answer(at: Run, values: dict[str, Any] | None = None, time: datetime = LATER, **body: Any) -> Decision[Run]:
    said = {"token": token(at), "answer": values or ANSWER, **body}
    return answered(at, message(Answered("j", "C-1", "r1", **said), time), facts(TOLD), LATER)


def event(at: Run, tiles: str = WAIT, status: str = "resolved", time: datetime = LATER, **body: Any) -> Decision[Run]:
    said = {"token": token(at), "attributes": {"device": "D-1", "status": status}, **body}
    return awaited(at, message(Awaited("j", "C-1", "r1", event="e2", time=time, **said)), facts(tiles), LATER)


def limit(at: Run, **body: Any) -> Decision[Run]:
    return time_up(at, message(TimeUp("j", "C-1", "r1", **{"token": token(at), **body})), facts(WAIT), LATER)


def test_a_run_goes_through_all_its_tiles_in_one_step() -> None:
    tiles = HELLO + "- {id: praise, activate_trigger: praised}\n" + HELLO.replace("hi", "bye")
    walked = walk(run(), "hi", facts(tiles), NOON)
    assert (walked.run.status, walked.run.waiting) == ("completed", None)
    assert walked.run.path == ("hi", "praise", "bye")
    assert [type(outgoing.body) for outgoing in walked.messages] == [SendSms, SendSms]
    assert len(walked.raised) == 1


def test_a_run_stops_at_the_first_tile_that_waits() -> None:
    walked = walk(run(), "hi", facts(HELLO + WAIT), NOON)
    assert walked.run.status == "running"
    assert walked.run.path == ("hi", "wait")
    assert walked.run.waiting is not None
    assert walked.run.waiting.tile == "wait"
    assert len(walked.hints) == 1


def test_a_run_that_exits_says_why() -> None:
    tiles = "- {id: b, branch: [{when: {attribute: trigger.loud, op: eq, value: true}, exit: too_loud}]}\n" + HELLO
    walked = walk(run(), "b", facts(tiles), NOON)
    assert (walked.run.status, walked.run.reason) == ("exited", "too_loud")
    assert walked.messages == ()


def test_a_journey_without_tiles_is_completed_at_once() -> None:
    assert walk(run(), None, facts(HELLO), NOON).run == run(status="completed", ended_at=NOON)


def test_an_answer_is_what_later_tiles_see() -> None:
    decision = answer(arrived(TOLD))
    after = changed(decision)
    assert (after.status, after.answers, after.path) == ("completed", {"open": ANSWER}, ("open", "tell"))
    [outgoing] = decision.messages
    assert isinstance(outgoing.body, SendSms)
    assert outgoing.body.case == "K1"


@pytest.mark.parametrize(
    ("seconds", "reason"), [(0, ""), (1, "no_answer")], ids=["at the limit it counts", "after it the run ends"]
)
def test_an_answer_has_its_time(seconds: int, reason: str) -> None:
    after = changed(answer(arrived(TOLD), time=NOON + ANSWER_WITHIN + timedelta(seconds=seconds)))
    assert (after.status, after.reason) == (("exited", reason) if reason else ("completed", ""))


def test_a_refused_command_ends_the_run() -> None:
    decision = answer(arrived(TOLD), {"outcome": "refused", "reason": "too_large"})
    assert (changed(decision).status, changed(decision).reason) == ("exited", "command_refused")
    assert changed(decision).waiting is None
    assert decision.messages == ()


def test_the_awaited_event_is_yes() -> None:
    at = arrived(WAIT)
    decision = event(at)
    assert changed(decision).path == ("wait", "thanks")
    assert [type(outgoing.body) for outgoing in decision.messages] == [SendSms]


def test_the_limit_is_no() -> None:
    decision = limit(arrived(WAIT))
    assert changed(decision).path == ("wait", "sorry")
    assert [type(outgoing.body) for outgoing in decision.messages] == [SendEmail]


@pytest.mark.parametrize("decide", [event, limit])
def test_a_wait_that_is_over_is_forgotten(decide: Any) -> None:
    at = arrived(WAIT)
    assert at.waiting is not None
    [gone] = forget(at, at.waiting.token, at.waiting.hint)
    assert gone in decide(at).records


@pytest.mark.parametrize("status", ["open", "", None])
def test_an_event_that_does_not_fit_the_filter_changes_nothing(status: Any) -> None:
    assert event(arrived(WAIT), status=status) == Decision()


def test_a_wait_without_a_filter_takes_any_event() -> None:
    tiles = "\n".join(line for line in WAIT.splitlines() if "where:" not in line) + "\n"
    assert changed(event(arrived(tiles), tiles, status="open")).path == ("wait", "thanks")


def test_an_event_of_before_the_limit_is_yes_however_late_it_comes() -> None:
    assert changed(event(arrived(WAIT), time=NOON + DAY)).path[-1] == "thanks"


def test_an_event_of_after_the_limit_is_left_to_the_timer() -> None:
    assert event(arrived(WAIT), time=NOON + DAY + timedelta(seconds=1)) == Decision()


@pytest.mark.parametrize("decide", [event, limit])
def test_a_token_that_is_not_waited_for_changes_nothing(decide: Any) -> None:
    assert decide(arrived(WAIT), token="stale") == Decision()


def test_an_answer_to_another_question_changes_nothing() -> None:
    assert answer(arrived(TOLD), token="stale") == Decision()


@pytest.mark.parametrize("decide", [event, limit])
def test_what_comes_after_the_end_changes_nothing(decide: Any) -> None:
    at = arrived(WAIT)
    after = changed(decide(at))
    for late in (event, limit):
        assert late(after, token=token(at)) == Decision()


def test_yes_and_no_go_on_with_what_follows_the_wait() -> None:
    tiles = WAIT.replace("    no: [{id: sorry, send_email: letter}]\n", "") + HELLO
    at = arrived(tiles)
    after = time_up(at, message(TimeUp("j", "C-1", "r1", token(at))), facts(tiles), LATER)
    assert changed(after).path == ("wait", "hi")
    assert changed(event(at, tiles)).path == ("wait", "thanks", "hi")


def test_waits_follow_one_another_with_their_own_tokens_and_limits() -> None:
    tiles = WAIT + WAIT.replace("id: ", "id: second-").replace("P1D", "PT1H")
    first = arrived(tiles)
    second = changed(event(first, tiles))
    assert second.waiting is not None
    assert token(second) != token(first)
    assert second.waiting.until == LATER + timedelta(hours=1)


def test_the_facts_a_step_rests_on_are_recorded() -> None:
    at = arrived(WAIT)
    body = TimeUp("j", "C-1", "r1", token(at))
    assert time_up(at, message(body), facts(WAIT, contact={"language": "de"}), LATER).inputs == {
        "contact": {"language": "de"}
    }
    assert time_up(at, message(body), facts(WAIT), LATER).inputs == {}


def test_what_is_said_to_no_run_changes_nothing() -> None:
    assert gone(message(TimeUp("j", "C-1", "r1", "t")), None, LATER) == Decision()


@pytest.mark.parametrize(
    ("path", "found"),
    [("trigger.code", 11), ("trigger.nothing", MISSING), ("trigger.code.deeper", MISSING), ("nothing", MISSING)],
)
def test_a_path_finds_its_value_or_nothing(path: str, found: object) -> None:
    assert reader({"trigger": ALARM})(path) == found
