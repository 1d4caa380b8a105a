"""Whether what came of a scenario is what was expected, and what was found where it is not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from shared.scenarios.play import Outcome
from shared.scenarios.rows import Letter, RunRow
from shared.scenarios.scenario import ExpectedMessage, ExpectedRun, Scenario
from shared.scenarios.words import span, value


@dataclass(frozen=True, slots=True)
class Verdict:
    """`found` tells what is there instead, where it does not hold."""

    holds: bool
    expected: str
    found: str = ""


def judge(scenario: Scenario, outcome: Outcome) -> tuple[Verdict, ...]:
    """Return a verdict for each expectation in the order they are written in; first, what went wrong altogether."""
    expect = scenario.expect
    runs = [run for run in outcome.runs if run.status != "not_entered"]
    outside = [run for run in outcome.runs if run.status == "not_entered"]
    left = list(outcome.letters)
    return (
        *(Verdict(False, "everything can be done, and comes to rest", problem) for problem in outcome.problems),
        *_runs(expect.runs, runs, outside),
        *_messages(expect.messages, left, scenario),
        *_not_entered(expect.not_entered, outside, runs),
        *((_nothing_else([letter for letter in left if letter.has_left()]),) if expect.nothing_else else ()),
    )


def _runs(expected: Sequence[ExpectedRun], runs: list[RunRow], outside: Sequence[RunRow]) -> Iterator[Verdict]:
    """Each run answers one expectation; where none fits, the first of the contact's that is left is told."""
    for wanted in expected:
        theirs = _theirs(wanted, runs)
        fitting = next((run for run in theirs if _fits(wanted, run)), None)
        taken = fitting or next(iter(theirs), None)
        if taken is not None:
            runs.remove(taken)
        found = _told(taken) if taken else _absent(wanted, outside)
        yield Verdict(fitting is not None, _asked(wanted), "" if fitting else found)


def _not_entered(expected: Sequence[ExpectedRun], outside: list[RunRow], runs: Sequence[RunRow]) -> Iterator[Verdict]:
    for wanted in expected:
        theirs = _theirs(wanted, outside)
        fitting = next((run for run in theirs if wanted.reason in (None, run.reason)), None)
        if fitting is not None:
            outside.remove(fitting)
        because = f": {wanted.reason}" if wanted.reason else ""
        if theirs:
            found = f"did not enter: {theirs[0].reason}"
        else:
            found = "entered" if _theirs(wanted, runs) else "no event asked for it"
        asked = f"{wanted.contact} does not enter {wanted.journey}{because}"
        yield Verdict(fitting is not None, asked, "" if fitting else found)


def _messages(expected: Sequence[ExpectedMessage], left: list[Letter], scenario: Scenario) -> Iterator[Verdict]:
    for wanted in expected:
        fitting = next((letter for letter in left if not _differences(wanted, letter, scenario)), None)
        if fitting is not None:
            left.remove(fitting)
            yield Verdict(True, _wanted(wanted))
            continue
        yield Verdict(False, _wanted(wanted), _nearest(wanted, left, scenario))


def _nothing_else(left: Sequence[Letter]) -> Verdict:
    return Verdict(not left, "no other message", "; ".join(map(_letter, left)))


def _theirs(wanted: ExpectedRun, runs: Sequence[RunRow]) -> list[RunRow]:
    return [run for run in runs if (run.journey, run.contact) == (wanted.journey, wanted.contact)]


def _fits(wanted: ExpectedRun, run: RunRow) -> bool:
    asked = (
        (wanted.status, run.status),
        (wanted.reason, run.reason),
        (wanted.path, run.path),
        (wanted.goal, run.goal_at is not None),
    )
    return all(wish is None or wish == is_ for wish, is_ in asked)


def _asked(wanted: ExpectedRun) -> str:
    goal = "" if wanted.goal is None else f"{'with' if wanted.goal else 'without'} the goal"
    parts = [wanted.status or "", wanted.reason or "", path(wanted.path) if wanted.path is not None else "", goal]
    details = ", ".join(part for part in parts if part)
    return f"{wanted.contact} runs {wanted.journey}{f': {details}' if details else ''}"


def _told(run: RunRow) -> str:
    at = f" at {run.waiting.tile}" if run.waiting else ""
    because = f", {run.reason}" if run.reason else ""
    goal = ", goal reached" if run.goal_at else ""
    return f"{run.status}{at}{because}, {path(run.path)}{goal}"


def path(tiles: Sequence[str]) -> str:
    return " > ".join(tiles) or "no tile"


def _absent(wanted: ExpectedRun, outside: Sequence[RunRow]) -> str:
    refused = _theirs(wanted, outside)
    return f"did not enter: {refused[0].reason}" if refused else "no run (or none more)"


def _differences(wanted: ExpectedMessage, letter: Letter, scenario: Scenario) -> list[str]:
    """In what a message is another than expected."""
    found = []
    content = letter.outgoing
    for name, wish, is_ in (
        ("to", wanted.to, letter.contact),
        ("channel", wanted.channel, letter.channel),
        ("template", wanted.template, letter.request.template),
        ("journey", wanted.journey, letter.request.journey),
        ("tile", wanted.tile, letter.request.tile),
        ("language", wanted.language, letter.language),
        ("state", wanted.state, letter.state),
        ("reason", wanted.reason, letter.reason),
        ("subject", wanted.subject, content.subject if content else ""),
    ):
        if wish is not None and wish != is_:
            found.append(f"{name} is {value(is_) or 'empty'}")
    if wanted.state is None and not letter.has_left():
        found.append(f"it is {letter.state}{f', {letter.reason}' if letter.reason else ''}")
    if wanted.at is not None and (after := _after(letter, scenario)) != wanted.at:
        found.append(f"it left {_when(after)}")
    text = f"{content.subject}\n{content.text}" if content else ""
    found += [f"it does not contain {part!r}" for part in wanted.contains if part not in text]
    return found


def _when(after: timedelta) -> str:
    return f"{span(after)} after the start" if after else "at the start"


def _after(letter: Letter, scenario: Scenario) -> timedelta:
    return letter.times.get("sent", letter.requested_at) - scenario.starts


def _nearest(wanted: ExpectedMessage, left: Sequence[Letter], scenario: Scenario) -> str:
    """The message with the fewest differences: most likely the one that was meant."""
    if not left:
        return "no message (or none more)"
    nearest = min(left, key=lambda letter: len(_differences(wanted, letter, scenario)))
    return f"{', '.join(_differences(wanted, nearest, scenario))}; {_letter(nearest)}"


def _wanted(wanted: ExpectedMessage) -> str:
    parts = [wanted.channel or "a message", f"to {wanted.to}"]
    names = ("template", "journey", "tile", "language", "state", "reason", "subject")
    wishes = [(name, getattr(wanted, name)) for name in names]
    parts += [f"{name} {wish or 'empty'}" for name, wish in wishes if wish is not None]
    parts += [_when(wanted.at)] if wanted.at is not None else []
    parts += [f"with {part!r}" for part in wanted.contains]
    return f"{' '.join(parts[:2])}{''.join(f', {part}' for part in parts[2:])}"


def _letter(letter: Letter) -> str:
    said = f': "{" ".join(letter.outgoing.text.split())}"' if letter.outgoing else ""
    return f"{letter.channel} to {letter.contact}, {letter.request.template}{said}"
