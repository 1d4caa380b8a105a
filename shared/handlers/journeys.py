"""What is said to runs, and to journeys as a whole."""

from typing import Any

from shared.handlers.surroundings import Surroundings
from shared.journeys import messages as journey_messages
from shared.journeys import run as runs
from shared.journeys import segment_walk
from shared.journeys.advance import answered, awaited, end_run, look_again, time_up
from shared.journeys.enter import enter, enter_first
from shared.journeys.move import move_run
from shared.runtime.envelope import Message
from shared.runtime.handler import AnyHandler, Handler, Key, Router
from shared.runtime.ids import joined


def handlers(around: Surroundings) -> tuple[AnyHandler, ...]:
    read = around.run_facts

    def entry_key(message: Message[journey_messages.EnterJourney]) -> Key:
        body = message.body
        return Key(runs.TABLE, runs.partition(body.journey, body.contact), "head", f"step:{body.run}:{message.id}")

    def run_key(message: Message[Any]) -> Key:
        body = message.body
        return Key(
            runs.TABLE, runs.partition(body.journey, body.contact), f"run:{body.run}", f"step:{body.run}:{message.id}"
        )

    def walk_key(message: Message[journey_messages.WalkSegment]) -> Key:
        body = message.body
        place = joined(body.journey, body.occurrence)
        return Key(segment_walk.TABLE, place, segment_walk.HEAD, f"page:{message.id}")

    def step(body: type[Any], decide: Any, gather: Any = read.of_step) -> AnyHandler:
        return Handler(body, runs.Run, run_key, decide, runs.gone, gather)

    return (
        Handler(journey_messages.EnterJourney, runs.Entries, entry_key, enter, enter_first, read.of_entry, True),
        step(journey_messages.Answered, answered),
        step(journey_messages.Awaited, awaited),
        step(journey_messages.TimeUp, time_up),
        step(journey_messages.LookAgain, look_again),
        step(journey_messages.EndRun, end_run),
        step(journey_messages.MoveRun, move_run, read.of_move),
        Handler(
            journey_messages.WalkSegment,
            segment_walk.Occurrence,
            walk_key,
            segment_walk.go_on_walking,
            segment_walk.begin_walk,
            read.of_page,
        ),
        Router(journey_messages.ChangeJourney, around.control.change),
        Router(journey_messages.ReleaseParked, around.control.release),
        Router(journey_messages.EndRuns, around.control.end_runs),
        Router(journey_messages.MoveRuns, around.control.move_runs),
        Router(journey_messages.RepairRuns, around.control.repair_runs),
        Router(journey_messages.JourneyTick, around.ticking.tick),
    )
