"""What happened, told by the rows that were committed: this asks no feature, so it tells of every one."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from shared.definitions.conditions import Lookup
from shared.definitions.journey import CONTACTS_CHANGED
from shared.definitions.loader import Documents
from shared.definitions.tiles import Tile
from shared.deliveries.reasons import REASONS
from shared.runtime.codec import typed
from shared.runtime.store import Change, Delete
from shared.scenarios import ways, words
from shared.scenarios.rows import CaseRow, Letter, RunRow, StepRow, Stored, TaskRow, Waiting, WalkRow

Rows = Mapping[str, Mapping[str, Any]]
DETAILS = ("tile", "waits", "goes on", "segment")
"""Kinds that are only told of the journey that a scenario is about."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened, and in `notes` why, or what it said."""

    at: datetime
    kind: str
    text: str
    notes: tuple[str, ...] = ()
    journey: str = ""
    contact: str = ""
    """Whose run it is a step of."""


class Chronicle:
    """Sees each commit, in order. Nothing is told before it is opened: what there is at the start just is."""

    def __init__(self, documents: Documents, now: Callable[[], datetime], moment: words.Moment) -> None:
        self.entries: list[Entry] = []
        self.runs: dict[str, RunRow] = {}
        self.letters: dict[str, Letter] = {}
        self.cases: dict[str, CaseRow] = {}
        self.entered: Counter[str] = Counter()
        """Journey to how many runs of it there are."""
        self.refused_before: list[str] = []
        self.is_open = False
        self._documents = documents
        self._tiles = words.Tiles(documents)
        self._contacts: dict[str, Mapping[str, Any]] = {}
        self._now = now
        self._moment = moment

    def tell(self, kind: str, text: str, *notes: str, journey: str = "", contact: str = "") -> None:
        if self.is_open:
            self.entries.append(Entry(self._now(), kind, text, notes, journey, contact))
        elif kind in ("refused", "rejected"):
            self.refused_before.append(text)

    def committed(self, table: str, partition: str, changes: Sequence[Change]) -> None:
        rows = {change.key: change.data for change in changes if not isinstance(change, Delete)}
        for data in rows.values():
            if data.get("outcome") == "refused":
                self.tell("refused", f"{data.get('kind', '')}: {data.get('detail', {}).get('reason', '')}")
        match table:
            case "runs":
                self._run(rows)
            case "contacts":
                self._contact(unquote(partition), rows)
            case "cases" if "head" in rows:
                self._case(typed(Stored[CaseRow], rows["head"]).state)
                self._sla(typed(Stored[CaseRow], rows["head"]).state, rows)
            case "tasks" if "head" in rows:
                self._task(typed(Stored[TaskRow], rows["head"]).state)
            case "occurrences" if "head" in rows:
                self._walked(typed(Stored[WalkRow], rows["head"]).state)
            case "rejected":
                self._rejected(rows)
            case "unmatched":
                self._unmatched(rows)

    def _rejected(self, rows: Rows) -> None:
        for row in rows.values():
            self.tell("rejected", f"{row.get('kind', row['queue'])}: {row['reason']} {row['field']}".rstrip())

    def _unmatched(self, rows: Rows) -> None:
        for row in rows.values():
            self.tell("unmatched", f"{row.get('trigger', '')}: {row['reason']}")

    def _case(self, case: CaseRow) -> None:
        before = self.cases.get(case.id)
        self.cases[case.id] = case
        if before is None:
            self.tell("case", f"{case.number} is opened for {case.contact}: {case.title}")
        elif (before.status, before.status_reason) != (case.status, case.status_reason):
            self.tell("case", f"{case.number} is {case.status}, {case.status_reason}")

    def _sla(self, case: CaseRow, rows: Rows) -> None:
        """Tell what the case's SLA did, in its order: rows of the timeline have the newest first."""
        for key in sorted(rows, reverse=True):
            line = rows[key].get("state", {}) if key.startswith("line:") else {}
            if line.get("kind") == "sla":
                said = line.get("detail", {})
                because = f" ({said['reason']})" if "reason" in said else ""
                self.tell("sla", f"{case.number}, {said.get('kpi', '')}: {line['outcome']}{because}")

    def _task(self, task: TaskRow) -> None:
        due = f"due {self._moment(task.due_at)}"
        self.tell("task", f"{task.subject} ({task.contact}), for the {task.owner} {task.name}, {due}: {task.state}")

    def _walked(self, walk: WalkRow) -> None:
        if walk.finished_at is not None:
            text = f"{walk.journey} starts for {walk.segment}: {walk.entered} in it"
            self.tell("segment", text, journey=walk.journey)

    def _contact(self, contact: str, rows: Rows) -> None:
        for key, row in rows.items():
            if key == "head":
                self._contacts[contact] = row["state"]
            elif key.startswith("delivery:"):
                self._letter(typed(Stored[Letter], row).state)

    def _letter(self, letter: Letter) -> None:
        before = self.letters.get(letter.id)
        self.letters[letter.id] = letter
        what = f"{letter.request.template} to {letter.contact}"
        content = letter.outgoing
        if content and letter.has_left() and not (before and before.has_left()):
            subject = (f"subject: {content.subject}",) if content.subject else ()
            point = "their browser" if letter.channel == "push" else content.to
            to = f"{letter.channel} to {letter.contact}, {point}: {letter.request.template}"
            by = f" ({letter.request.journey}, {letter.request.tile})" if letter.request.journey else ""
            told = f"{to} in {letter.language}{by}"
            self.tell("message", told, *subject, *content.text.splitlines(), journey=letter.request.journey)
        if letter.state not in ("sending", "sent") and letter.state != (before.state if before else ""):
            because = (REASONS.get(letter.reason, ""),) if letter.reason in REASONS else ()
            state = f"{letter.state}, {letter.reason}" if letter.reason else letter.state
            kind = "not sent" if letter.state == "blocked" else "delivery"
            self.tell(kind, f"{letter.channel} {what}: {state}", *because, journey=letter.request.journey)
        for name, count in letter.engagements.items():
            if count > (before.engagements.get(name, 0) if before else 0):
                self.tell("delivery", f"{letter.channel} {what}: {name}", journey=letter.request.journey)

    def _run(self, rows: Rows) -> None:
        step = next((typed(StepRow, row) for key, row in rows.items() if key.startswith("step:")), None)
        for key, row in rows.items():
            if key.startswith("run:"):
                self._moved(typed(Stored[RunRow], row).state, step)

    def _moved(self, run: RunRow, step: StepRow | None) -> None:
        before = self.runs.get(run.id)
        self.runs[run.id] = run
        if before is None:
            self._entered(run)
        elif before.waiting and before.waiting != run.waiting:
            self._tell(run, "goes on", f"{before.waiting.tile}: {_cause(step, before, run)}")
        new = run.path[len(before.path) if before else 0 :]
        inputs = step.inputs if step else {}
        for tile, following in zip(new, (*new[1:], None), strict=False):
            way = ways.told(self._tile(run, tile), run, following, inputs, self._lookup(run))
            self._tell(run, "tile", f"{tile}: {self._tiles.words(run.journey, tile)}", *way)
        if run.waiting and run.waiting != (before.waiting if before else None):
            self._tell(run, "waits", self._wait(run.waiting))
        if run.status in ("completed", "exited") and (before is None or before.status != run.status):
            what = "completes" if run.status == "completed" else "exits"
            self._tell(run, "ends", f"{run.contact} {what} {run.journey}{f': {run.reason}' if run.reason else ''}")
        if run.goal_at and not (before and before.goal_at):
            self._tell(run, "goal", f"{run.contact} reaches the goal of {run.journey}")

    def _tell(self, run: RunRow, kind: str, text: str, *notes: str) -> None:
        self.tell(kind, text, *(note for note in notes if note), journey=run.journey, contact=run.contact)

    def _entered(self, run: RunRow) -> None:
        self.entered[run.journey] += 1
        definition = self._documents.journeys.get(run.journey)
        entry = definition.entry if definition else None
        why = words.condition(entry, self._lookup(run)) if entry else ""
        if run.status == "not_entered":
            notes = (f"did not hold: {why}",) if why and run.reason == "condition_not_met" else ()
            self._tell(run, "stays out", f"{run.contact} does not enter {run.journey}: {run.reason}", *notes)
        else:
            self._tell(run, "enters", f"{run.contact} enters {run.journey}", f"held: {why}" if why else "")

    def _wait(self, waiting: Waiting) -> str:
        """A hint names what is waited for; without one it is an answer, or only the time."""
        trigger, _, by = waiting.hint.partition("~")
        what = f" for {unquote(trigger)} by {by.partition('~')[0]}" if trigger else ""
        what = " to be in the segment" if unquote(trigger) == CONTACTS_CHANGED else what
        return f"{waiting.tile}{what} until {self._moment(waiting.until)}, {words.span(waiting.until - self._now())}"

    def _tile(self, run: RunRow, tile: str) -> Tile | None:
        return self._documents.journeys[run.journey].tiles.get(tile) if self._known(run) else None

    def _known(self, run: RunRow) -> bool:
        return run.journey in self._documents.journeys

    def _lookup(self, run: RunRow) -> Lookup:
        known = self._contacts.get(run.contact, {})
        points = known.get("points", {})
        points = {"phone": points.get("sms"), "email": points.get("email")}
        contact = {**points, **known, **known.get("attributes", {}), "contact_id": run.contact}
        return words.reader({"trigger": run.attributes, "tiles": run.answers, "contact": contact})


def _cause(step: StepRow | None, before: RunRow, run: RunRow) -> str:
    """What ended the wait."""
    if step is None:
        return "moved"
    match step.kind:
        case "answered":
            answer = run.answers.get(before.waiting.tile if before.waiting else "") or step.body.get("answer", {})
            return f"answered, {words.values(answer)}"
        case "awaited":
            came = words.values(step.body.get("attributes", {}))
            if run.status == "exited" and run.path == before.path:
                return f"taken out, the event came: {came}"
            return f"yes, the event came: {came}"
        case "time_up":
            return "time is up"
        case "look_again":
            return "yes, it was so already"
        case other:
            return other.replace("_", " ")
