"""Journeys and what happens to a run in them, drawn by Hypothesis; every tile there is, nested."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import strategies as st

from shared.definitions.conditions import asks, verdict_key
from shared.definitions.journey import Journey
from shared.definitions.tiles import IfThenTile, conditions_of
from shared.journeys.advance import answered, awaited, end_run, look_again, time_up
from shared.journeys.enter import enter_first
from shared.journeys.facts import EntryFacts, RunFacts
from shared.journeys.messages import Answered, Awaited, EndRun, EnterJourney, LookAgain, TimeUp
from shared.journeys.run import Run
from shared.runtime.codec import plain
from shared.runtime.decision import Decision, Tally
from shared.runtime.envelope import Message
from shared.runtime.step import Outbox, Step
from tests.unit.journeys.building import ALARM, NOON, calendars, journey

HEAD = """exclude: gone
exits:
- {trigger: case-changed, by: contact, where: {attribute: event.status, op: eq, value: over}}
- {segment: vip}
goal: {trigger: case-changed, by: device}
"""
LOUD = "{attribute: trigger.loud, op: eq, value: true}"
CITY = "{attribute: contact.city, op: is_set}"
LEAVES = (
    "{id: %s, send_sms: hello}",
    "{id: %s, send_email: letter}",
    "{id: %s, create_task: Call, for: {queue: a}}",
    "{id: %s, activate_trigger: praised}",
    "{id: %s, activate_trigger: case-requested, with: {device: trigger.device, priority: {value: low}}}",
    "{id: %s, wait: {for: P1D}}",
    "{id: %s, wait: {until: trigger.at}}",
    "{id: %s, wait: {until: trigger.at, after: P3D}, business_hours: office}",
    "{id: %s, if_then: {trigger: case-changed, by: device, within: P1D}}",
    "{id: %s, if_then: {segment: vip, within: P2D}}",
)
BRANCHES = (
    "{id: %s, if_then: {trigger: case-changed, by: contact, within: P1D, yes: %s, no: %s}}",
    "{id: %s, if_then: {segment: vip, within: P2D, yes: %s, no: %s}}",
    "{id: %s, split: [{share: 40, tiles: %s}, {share: 60, tiles: %s}]}",
    "{id: %s, experiment: {winner_by: opens, a: %s, b: %s}}",
    "{id: %s, best_channel: {sms: %s, email: %s}}",
    "{id: %s, best_channel: {sms: %s, push: %s, none: [{exit: nowhere}]}}",
    "{id: %s, branch: [{when: " + LOUD + ", tiles: %s}, {when: " + CITY + ", tiles: %s}]}",
    "{id: %s, branch: [{when: {segment: vip}, tiles: %s}], otherwise: %s}",
    "{id: %s, series: {until: {trigger: case-changed, by: device}, steps: [{after: P1D, tiles: %s}, "
    "{after: PT1H, tiles: %s}]}}",
    "{id: %s, series: {until: {condition: {segment: vip}}, steps: [{after: P1D, tiles: %s}, "
    "{after: PT1H, tiles: %s}]}}",
)


@st.composite
def journeys(draw: st.DrawFn) -> Journey:
    names = (f"t{number}" for number in count())

    def tiles(depth: int, may_exit: bool) -> str:
        found = [tile(depth) for _ in range(draw(st.integers(1, 3)))]
        if may_exit and draw(st.booleans()):
            found.append("{exit: left}")
        return f"[{', '.join(found)}]"

    def tile(depth: int) -> str:
        name = next(names)
        if depth and draw(st.booleans()):
            kind = draw(st.sampled_from(BRANCHES))
            may_exit = "series" not in kind  # behind an exit in it, its next step could not be reached
            return kind % (name, tiles(depth - 1, may_exit), tiles(depth - 1, False))
        return draw(st.sampled_from(LEAVES)) % name

    listed = "\n".join(f"- {tile(2)}" for _ in range(draw(st.integers(1, 4))))
    return journey(listed + "\n", HEAD)


@st.composite
def known(draw: st.DrawFn, of: Journey, phases: tuple[str, ...] = ("live",)) -> RunFacts:
    """What a step of a run finds."""
    conditions = [condition for tile in of.tiles.values() for condition in conditions_of(tile)]
    keys = {verdict_key(asked) for condition in conditions for asked in asks(condition)} | {"segment vip"}
    office = calendars()
    return RunFacts(
        of,
        verdicts={key: draw(st.booleans()) for key in sorted(keys)},
        channels=draw(st.dictionaries(st.sampled_from(("sms", "email", "push")), st.sampled_from((0.1, 0.5, 0.9)))),
        winners={name: draw(st.sampled_from("ab")) for name in sorted(of.tiles) if draw(st.booleans())},
        calendars=office,
        calendar_versions=dict.fromkeys(office, 1),
        happened=draw(st.booleans()),
        phase=draw(st.sampled_from(phases)),
    )


@dataclass
class History:
    """A run from its entry on: what it said, what was counted, and the steps on record."""

    journey: Journey
    run: Run
    tallies: dict[str, Tally] = field(default_factory=dict)
    steps: list[dict[str, Any]] = field(default_factory=list)
    now: datetime = NOON

    @classmethod
    def of_entry(cls, facts: RunFacts, is_test: bool) -> "History":
        said = Message("m0", NOON, EnterJourney("j", "C-1", "r1", "e1", ALARM, NOON), test=is_test)
        decision = enter_first(said, EntryFacts(1, facts), NOON)
        [run] = decision.rows.values()
        assert isinstance(run, Run)
        began = cls(facts.journey, run)
        began._record(decision, said)
        return began

    def apply(self, decide: Any, body: Any, facts: RunFacts) -> None:
        self.now += timedelta(minutes=1)
        said = Message(f"m{len(self.steps)}-{self.now.isoformat()}", self.now, body, test=self.run.test)
        decision = decide(self.run, said, facts, self.now)
        self.run = decision.state or self.run
        self._record(decision, said)

    def _record(self, decision: Decision[Any], said: Message[Any]) -> None:
        self.tallies |= {record.once: record for record in decision.records if isinstance(record, Tally)}
        if not decision.outcome:
            return
        outbox = Outbox.of(decision, said, self.now)
        step = Step(
            said.id,
            said.body.kind,
            self.now,
            len(self.steps),
            plain(said.body),
            said.time,
            decision.outcome,
            outbox,
            decision.detail,
            decision.inputs,
            said.cause,
        )
        self.steps.append(plain(step))


@st.composite
def happenings(draw: st.DrawFn, history: History) -> tuple[Any, Any, RunFacts]:
    """Draw what comes to the run next: how it is decided, what it says, and what is found."""
    run = history.run
    tokens = [watch.token for watch in run.watches] + ["stale"] + ([run.waiting.token] * 6 if run.waiting else [])
    token = draw(st.sampled_from(tokens))
    facts = draw(known(history.journey, ("live", "live", "live", "live", "paused", "stopping")))
    waits = run.waiting is not None and run.waiting.token == token
    tile = history.journey.tiles[run.waiting.tile] if waits and run.waiting else None
    late = draw(st.sampled_from((0, 0, 0, 100)))
    also = tuple(draw(st.lists(st.sampled_from(tokens), max_size=2)))
    event = Awaited(
        "j",
        "C-1",
        "r1",
        token,
        draw(st.sampled_from(("e1", "e2", "e3", "e4"))),
        {"device": "D-1", "status": draw(st.sampled_from(("open", "over")))},
        history.now + timedelta(days=late),
        also,
    )
    answer = Answered("j", "C-1", "r1", token, {"outcome": draw(st.sampled_from(("opened", "refused")))})
    choices: list[tuple[Any, Any]] = [(end_run, EndRun("j", "C-1", "r1", "journey_stopped"))]
    if tile is None or isinstance(tile, IfThenTile):
        choices += [(awaited, event)] * 4
    if isinstance(tile, IfThenTile):
        choices += [(look_again, LookAgain("j", "C-1", "r1", token))]
    if tile is None or hasattr(tile, "within") or hasattr(tile, "duration"):
        choices += [(time_up, TimeUp("j", "C-1", "r1", token))] * 4
    if tile is None or hasattr(tile, "command"):
        choices += [(answered, answer)] * 4
    decide, body = draw(st.sampled_from(choices))
    return decide, body, facts
