"""What the bus has lost: a run goes on once an operator has the timers sent again."""

from datetime import timedelta

from shared.journeys.messages import EnterJourney, RepairRuns
from tests.unit.journeys.building import ALARM, HELLO, OPEN
from tests.unit.journeys.playing import Play

WAIT = "- {id: wait, wait: {for: PT1H}}\n" + HELLO


async def entered(tiles: str, lost: str) -> Play:
    play = Play()
    await play.contact(phone="+4915112345678")
    await play.publish(f"journey: j\nstarts_on: alarm\ntiles:\n{tiles}")
    play.lose(lost, 0)
    await play.say(EnterJourney("j", "C-1", "r1", "e1", ALARM, play.clock.now()))
    return play


async def test_a_run_whose_timer_was_lost_goes_on() -> None:
    play = await entered(WAIT, "time_up")
    await play.wait(timedelta(hours=2))
    assert await play.ends() == {"e1": "running"}
    await play.say(RepairRuns("j"))
    await play.wait(timedelta(minutes=1))
    assert await play.ends() == {"e1": "completed"}
    assert (await play.counts())["wait.processed"] == 1


async def test_a_run_whose_answer_was_lost_ends_as_one_that_got_none() -> None:
    play = await entered(OPEN, "answered")
    await play.wait(timedelta(hours=1))
    await play.say(RepairRuns("j"))
    await play.wait(timedelta(minutes=1))
    assert await play.ends() == {"e1": "no_answer"}


async def test_who_waits_by_right_is_left_alone() -> None:
    play = await entered(WAIT, "nothing")
    await play.wait(timedelta(minutes=50))
    await play.say(RepairRuns("j"))
    await play.wait(timedelta(minutes=1))
    assert await play.ends() == {"e1": "running"}
