"""Each kind of tile is read as it is written, and each mistake in one is told with its line and reason."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.definitions.conditions import Compare, Not
from shared.definitions.mapping import Constant, Path
from shared.definitions.tiles import (
    BranchTile,
    ChannelTile,
    ExitTile,
    ExperimentTile,
    IfThenTile,
    Match,
    SendTile,
    Share,
    SplitTile,
    TaskTile,
    Ticket,
    Tile,
    WaitTile,
    always_waits,
    ways_of,
)
from tests.unit.definitions.world import faults, load

DAY = timedelta(days=1)
HEAD = "journey: j\nstarts_on: alarm\n{head}tiles:\n"
HELLO = "{id: hi, send_sms: hello}"
LETTER = "{id: write, send_email: letter}"
BESIDE = """
---
segment: vip
members: {attribute: contact.city, op: is_set}
---
calendar: office
time_zone: UTC
weekdays: {monday: ["09:00-17:00"]}
---
trigger: asked
kind: custom
attributes: {run: reference}
---
trigger: replied
kind: custom
attributes: {run: reference, contact: reference, case: reference}
audience: {attribute: contact}
---
trigger: email-opened
kind: interaction
attributes: {delivery: reference, contact: reference}
audience: {attribute: contact}
"""


def tiles(text: str, head: str = "") -> dict[str, Tile]:
    return dict(load(HEAD.format(head=head) + text + BESIDE).journeys["j"].tiles)


def wrong(text: str, head: str = "") -> list[str]:
    """What is wrong with a journey whose tiles begin in line 4."""
    return faults(HEAD.format(head=head) + text + BESIDE)


def one(text: str, head: str = "") -> Any:
    """The first tile of these."""
    return next(iter(tiles(text, head).values()))


def waiting(**fields: Any) -> WaitTile:
    empty: dict[str, Any] = {"duration": None, "moment": None, "attribute": None, "offset": timedelta(), "calendar": ""}
    return WaitTile(**{"id": "w", **empty, "next": None, **fields})


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{for: P1DT2H}", waiting(duration=timedelta(hours=26))),
        ("{for: P90D}", waiting(duration=90 * DAY)),
        ("{until: '2026-12-24T09:00:00Z'}", waiting(moment=datetime(2026, 12, 24, 9, tzinfo=UTC))),
        ("{until: 2026-12-24T09:00:00Z}", waiting(moment=datetime(2026, 12, 24, 9, tzinfo=UTC))),
        ("{until: trigger.at}", waiting(attribute=Path("trigger.at"))),
        ("{until: trigger.at, before: P30D}", waiting(attribute=Path("trigger.at"), offset=-30 * DAY)),
        ("{until: trigger.at, after: P3650D}", waiting(attribute=Path("trigger.at"), offset=3650 * DAY)),
        ("{for: PT1M}, business_hours: office", waiting(duration=timedelta(minutes=1), calendar="office")),
    ],
)
def test_a_wait_is_read(written: str, read: WaitTile) -> None:
    assert one(f"- {{id: w, wait: {written}}}") == read


GOES_WITH = "goes with `until` and the path of a date, without the other one"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{}", ["a wait has either `for` (a duration) or `until` (a time)"]),
        ("{for: P1D, until: trigger.at}", ["a wait has either `for` (a duration) or `until` (a time)"]),
        ("{for: P90DT1S}", ["`P90DT1S` is longer than 90 days"]),
        ("{for: PT0S}", ["`PT0S` is not a duration, such as PT15M or P2D"]),
        ("{for: P1M}", ["`P1M` is not a duration, such as PT15M or P2D"]),
        ("{for: 5}", ["must be text"]),
        ("{for: P1D, before: P1D}", [f"`before` {GOES_WITH}"]),
        ("{until: '2026-12-24T09:00:00Z', after: P1D}", [f"`after` {GOES_WITH}"]),
        ("{until: trigger.at, before: P1D, after: P1D}", [f"`after` {GOES_WITH}", f"`before` {GOES_WITH}"]),
        ("{until: trigger.at, before: P3651D}", ["`P3651D` is longer than 3650 days"]),
        ("{until: trigger.code}", ["`trigger.code` is of type number, not datetime"]),
        ("{until: trigger.whenever}", ["`trigger.whenever` is not known here (did you mean `trigger.device`?)"]),
        (
            "{until: '2026-12-24T09:00:00'}",
            ["`2026-12-24T09:00:00` is not a date and time with its offset, such as 2026-12-24T09:00:00+01:00"],
        ),
        ("{for: P1D}, business_hours: ofice", ["there is no calendar `ofice` (did you mean `office`?)"]),
        ("{from: P1D}", ["a wait has either `for` (a duration) or `until` (a time)", "unknown key `from`"]),
        ("P1D", ["a wait has either `for` (a duration) or `until` (a time)", "must be a mapping"]),
    ],
)
def test_a_wait_at_fault(written: str, expected: list[str]) -> None:
    assert [reason.split(" (did you mean `for`")[0] for reason in wrong(f"- {{id: w, wait: {written}}}")] == [
        f"4: {reason}" for reason in expected
    ]


@pytest.mark.parametrize(
    ("before", "written", "match", "segment"),
    [
        ("", "segment: vip", None, "vip"),
        ("", "trigger: case-changed, by: contact", Match("case-changed", "contact", None), ""),
        (f"- {HELLO}\n", "trigger: sms-delivered, by: run", Match("sms-delivered", "delivery", Path("sent.hi")), ""),
        (
            f"- {HELLO}\n- {HELLO.replace('hi', 'two')}\n",
            "trigger: sms-delivered",
            Match("sms-delivered", "delivery", Path("sent.two")),
            "",
        ),
        (
            f"- {HELLO}\n- {HELLO.replace('hi', 'two')}\n",
            "trigger: sms-delivered, by: run, of: hi",
            Match("sms-delivered", "delivery", Path("sent.hi")),
            "",
        ),
        (
            f"- {HELLO}\n- {LETTER}\n",
            "trigger: sms-delivered",
            Match("sms-delivered", "delivery", Path("sent.hi")),
            "",
        ),
        ("", "trigger: replied, by: run", Match("replied", "run", Path("run.id")), ""),
        (
            "- {id: open, activate_trigger: case-requested, with: {device: trigger.device, priority: {value: low}}}\n",
            "trigger: replied, by: run",
            Match("replied", "case", Path("tiles.open.case_id")),
            "",
        ),
        (
            "",
            "trigger: case-changed, by: contact, where: {attribute: event.status, op: eq, value: x}",
            Match("case-changed", "contact", None, Compare("event.status", "eq", "x", "text")),
            "",
        ),
    ],
)
def test_an_if_then_is_read(before: str, written: str, match: Match | None, segment: str) -> None:
    read = tiles(before + f"- {{id: w, if_then: {{{written}, within: PT1H, yes: [{{exit: x}}]}}}}")
    assert read["w"] == IfThenTile("w", match, segment, timedelta(hours=1), "w.yes.exit", None)


@pytest.mark.parametrize(
    ("before", "written", "expected"),
    [
        ("", "segment: vip, trigger: case-changed", "an if_then waits either for a `trigger` or for a `segment`"),
        ("", "segment: vp", "there is no segment `vp` (did you mean `vip`?)"),
        ("", "segment: vip, by: contact", "`by` goes with a `trigger`, not with a `segment`"),
        ("", "segment: vip, of: hi", "`of` goes with a `trigger`, not with a `segment`"),
        ("", "segment: vip, value: {value: x}", "`value` goes with a `trigger`, not with a `segment`"),
        ("", "trigger: case-changed, by: contact, of: hi", None),
        ("", "trigger: sms-delivered", None),
        (f"- {HELLO}\n", "trigger: sms-delivered, of: ih", "no send tile `ih` of that kind has certainly run before"),
        (f"- {HELLO}\n", "trigger: email-opened", None),
        (f"- {HELLO}\n", "trigger: email-opened, of: hi", "no send tile `hi` of that kind has certainly run before"),
        ("", "trigger: case-changed, by: run", None),
        (f"- {HELLO}\n", "trigger: sms-delivered, by: run, value: {value: x}", "a wait by run takes no value"),
    ],
)
def test_an_if_then_at_fault(before: str, written: str, expected: str | None) -> None:
    reasons = {
        "trigger: case-changed, by: contact, of: hi": (
            "`of` names the send tile whose interaction is meant, with `by: run`"
        ),
        "trigger: sms-delivered": "no message was sent before that `sms-delivered` could be about; say which by `of`",
        "trigger: email-opened": "no message was sent before that `email-opened` could be about; say which by `of`",
        "trigger: case-changed, by: run": (
            "`case-changed` tells nothing that is this run's own: no case of it, no `run`"
        ),
    }
    line = 5 if before else 4
    found = wrong(before + f"- {{id: w, if_then: {{{written}, within: PT1H}}}}")
    assert [reason.split(" (did you mean `hi`")[0] for reason in found] == [f"{line}: {expected or reasons[written]}"]


def test_a_run_gives_its_id_away_and_is_found_by_it() -> None:
    read = tiles("- {id: ask, activate_trigger: asked, with: {run: run.id}}")["ask"]
    assert getattr(read, "attributes", None) == {"run": Path("run.id")}


def test_no_message_tells_the_id_of_a_run() -> None:
    hello = "---\ntemplate: bare\nchannel: sms\npurpose: transactional\nlanguages:\n"
    hello += "  en: {text: 'Hi {{ run.id }}'}\n  de: {text: 'Hallo {{ run.id }}'}\n"
    text = HEAD.format(head="") + "- {id: hi, send_sms: bare}\n" + hello
    assert [reason for reason in faults(text) if reason.startswith("4:")] == [
        "4: the template `bare` says `run.id` is not known here"
    ]


def test_a_split_is_read() -> None:
    read = one(f"- {{id: s, split: [{{share: 1, tiles: [{HELLO}]}}, {{share: 99}}]}}\n- {{exit: x}}")
    assert read == SplitTile("s", (Share(1, "hi"), Share(99, "exit")))


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ("30, 60", ["the shares add up to 90, not to 100 percent"]),
        ("60, 60", ["the shares add up to 120, not to 100 percent"]),
        ("0, 100", ["must be a whole number of percent from 1 to 99"]),
        ("100", ["must be a whole number of percent from 1 to 99"]),
        ("50.5, 49.5", ["must be a whole number of percent from 1 to 99"]),
        ("true, 99", ["must be a whole number of percent from 1 to 99"]),
        ("-1, 101", ["must be a whole number of percent from 1 to 99"]),
    ],
)
def test_a_split_at_fault(shares: str, expected: list[str]) -> None:
    written = ", ".join(f"{{share: {share}}}" for share in shares.split(", "))
    assert wrong(f"- {{id: s, split: [{written}]}}") == [f"4: {reason}" for reason in expected]


GOAL = "goal: {trigger: case-changed}\n"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("winner_by: goal", (50, "goal", 30 * DAY, "a")),
        ("winner_by: clicks, share: 10, default: b", (10, "clicks", 30 * DAY, "b")),
        ("winner_by: opens, share: 90, ends_after: P7D, default: a", (90, "opens", 7 * DAY, "a")),
    ],
)
def test_an_experiment_is_read(written: str, read: tuple[int, Any, timedelta, Any]) -> None:
    text = f"- {{id: e, experiment: {{{written}, a: [{HELLO}], b: [{LETTER}]}}}}"
    assert one(text, GOAL) == ExperimentTile("e", *read, "hi", "write")


@pytest.mark.parametrize(
    ("written", "head", "expected"),
    [
        ("winner_by: goal", "", ["the journey has no `goal` to win by"]),
        ("winner_by: gaol", "", ["`gaol` is not one of goal, clicks, opens (did you mean `goal`?)"]),
        ("winner_by: opens, share: 9", "", ["must be a whole number of percent from 10 to 90"]),
        ("winner_by: opens, share: 91", "", ["must be a whole number of percent from 10 to 90"]),
        ("winner_by: opens, ends_after: P31D", "", ["`P31D` is longer than 30 days"]),
        ("winner_by: opens, default: c", "", ["`c` is not one of a, b"]),
        ("share: 50", "", ["`winner_by` is missing"]),
    ],
)
def test_an_experiment_at_fault(written: str, head: str, expected: list[str]) -> None:
    text = f"- {{id: e, experiment: {{{written}, a: [{HELLO}], b: [{LETTER}]}}}}"
    assert wrong(text, head) == [f"4: {reason}" for reason in expected]


@pytest.mark.parametrize("arm", ["a", "b"])
def test_an_experiment_may_try_something_against_nothing(arm: str) -> None:
    read = one(f"- {{id: e, experiment: {{winner_by: opens, {arm}: [{HELLO}]}}}}")
    assert isinstance(read, ExperimentTile)
    assert (read.a is None, read.b is None) == (arm == "b", arm == "a")


def test_an_experiment_tries_something() -> None:
    assert wrong("- {id: e, experiment: {winner_by: opens}}") == [
        "4: an experiment has tiles on at least one of its ways, `a` and `b`"
    ]


def test_a_choice_of_the_best_channel_is_read() -> None:
    read = one(
        f"- {{id: c, best_channel: {{push: [{{exit: pushed}}], sms: [{HELLO}], purpose: transactional, "
        "none: [{exit: nowhere}]}}"
    )
    assert read == ChannelTile("c", {"sms": "hi", "push": "c.push.exit"}, "transactional", "c.none.exit")
    bare = one(f"- {{id: c, best_channel: {{email: [{LETTER}], sms: [{HELLO}]}}}}\n- {{exit: x}}")
    assert bare == ChannelTile("c", {"sms": "hi", "email": "write"}, "commercial", "exit")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (f"sms: [{HELLO}]", ["a choice needs at least two of sms, email, push"]),
        (f"sms: [{HELLO}], email: [{LETTER}], purpose: fun", ["`fun` is not one of transactional, commercial"]),
        (f"sms: [{HELLO}], email: [{LETTER}], fax: [{{exit: x}}]", ["unknown key `fax`"]),
        (f"sms: [{HELLO}], email: []", ["must be a list of at least one item"]),
    ],
)
def test_a_choice_of_the_best_channel_at_fault(written: str, expected: list[str]) -> None:
    assert wrong(f"- {{id: c, best_channel: {{{written}}}}}") == [f"4: {reason}" for reason in expected]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("for: {queue: support}", ("queue", "support", timedelta(), None)),
        ("for: {person: kim}, due: P2D", ("person", "kim", 2 * DAY, None)),
        (
            "for: {queue: a}, about: {case: trigger.device, number: {value: X}}",
            ("queue", "a", timedelta(), Ticket(Path("trigger.device"), Constant("X"))),
        ),
    ],
)
def test_a_task_is_read(written: str, read: tuple[Any, Any, Any, Any]) -> None:
    assert one(f"- {{id: t, create_task: Call them, {written}}}") == TaskTile("t", "Call them", *read, next=None)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("create_task: Call", ["a task is `for` one `queue` or one `person`"]),
        ("create_task: Call, for: {queue: a, person: b}", ["a task is `for` one `queue` or one `person`"]),
        ("create_task: Call, for: {queue: A!}", ["`A!` is not a name: [a-z][a-z0-9_-]{0,63}"]),
        ("create_task: '', for: {queue: a}", ["must be text"]),
        ("create_task: Call, for: {queue: a}, due: P91D", ["`P91D` is longer than 90 days"]),
    ],
)
def test_a_task_at_fault(written: str, expected: list[str]) -> None:
    assert wrong(f"- {{id: t, {written}}}") == [f"4: {reason}" for reason in expected]


def test_an_exit_is_read() -> None:
    assert one("- {exit: done}") == ExitTile("exit", "done")
    assert one("- {id: leave, exit: done}") == ExitTile("leave", "done")


def test_a_message_is_sent_by_a_template_of_its_channel() -> None:
    assert wrong("- {id: n, send_push: hello}") == ["4: the template `hello` is for sms, not push"]


FIRST = "{after: P1D, tiles: [{id: one, send_sms: hello}]}"
SECOND = "{after: P3D, tiles: [{id: two, send_sms: hello}, {id: write, send_email: letter}]}"


def test_a_series_until_a_trigger_stands_for_waits_whose_no_is_a_reminder() -> None:
    text = f"- {{id: s, series: {{until: {{trigger: case-changed, by: contact}}, steps: [{FIRST}, {SECOND}]}}}}\n"
    read = tiles(text + "- {id: bye, send_sms: hello}")
    match = Match("case-changed", "contact", None)
    assert read["s-1"] == IfThenTile("s-1", match, "", DAY, yes="bye", no="one")
    assert read["s-2"] == IfThenTile("s-2", match, "", 3 * DAY, yes="bye", no="two")
    nexts = {name: tile.next for name, tile in read.items() if isinstance(tile, SendTile)}
    assert nexts == {"one": "s-2", "two": "write", "write": "bye", "bye": None}


def test_a_series_until_a_condition_stands_for_waits_and_a_look_after_each() -> None:
    done = "{attribute: contact.city, op: is_set}"
    read = tiles(f"- {{id: s, series: {{until: {{condition: {done}}}, steps: [{FIRST}, {SECOND}]}}}}")
    assert isinstance(read["s-1"], WaitTile)
    assert (read["s-1"].duration, read["s-1"].next) == (DAY, "s-1-open")
    first, second = read["s-1-open"], read["s-2-open"]
    assert isinstance(first, BranchTile)
    assert isinstance(second, BranchTile)
    [case] = first.cases
    assert case.when == Not(Compare("contact.city", "is_set", None, "text"))
    assert (case.next, first.otherwise) == ("one", None)
    assert ways_of(second) == ("two", None)
    assert getattr(read["one"], "next", "") == "s-2"


def test_a_series_may_go_on_until_a_contact_is_in_a_segment() -> None:
    tile = one(f"- {{id: s, series: {{until: {{segment: vip}}, steps: [{FIRST}]}}}}")
    assert (tile.segment, tile.match, tile.no) == ("vip", None, "one")


STEPS = ", ".join(f"{{after: PT1H, tiles: [{{id: r{number}, send_sms: hello}}]}}" for number in range(26))


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        (f"until: {{trigger: case-changed}}, within: PT23H, steps: [{FIRST}]", ["the series is over before this step"]),
        (f"until: {{trigger: case-changed}}, within: P91D, steps: [{FIRST}]", ["`P91D` is longer than 90 days"]),
        (f"until: {{trigger: case-changed}}, steps: [{STEPS}]", ["a series has at most 25 steps, not 26"]),
        ("until: {trigger: case-changed}, steps: []", ["must be a list of at least one item"]),
        ("until: {trigger: case-changed}", ["`steps` is missing"]),
        (f"steps: [{FIRST}]", ["`until` is missing"]),
        ("until: {trigger: case-changed}, steps: [{after: P1D}]", ["`tiles` is missing"]),
        (f"until: {{}}, steps: [{FIRST}]", ["an if_then waits either for a `trigger` or for a `segment`"]),
        (
            f"until: {{trigger: case-changed, condition: {{segment: vip}}}}, steps: [{FIRST}]",
            ["a series goes on until a `condition` holds, or until a `trigger` comes"],
        ),
        (
            f"until: {{trigger: case-changed}}, steps: [{FIRST.replace('P1D', 'P91D')}]",
            ["`P91D` is longer than 90 days"],
        ),
        (
            f"until: {{trigger: case-changed}}, steps: [{FIRST.replace('hello', 'hallo')}]",
            ["there is no template `hallo` (did you mean `hello`?)"],
        ),
    ],
)
def test_a_series_at_fault(series: str, expected: list[str]) -> None:
    text = f"- {{id: s, series: {{{series}}}}}"
    assert wrong(text) == [f"4: {reason}" for reason in expected]


def test_a_series_may_say_by_when_it_is_over() -> None:
    text = f"- {{id: s, series: {{until: {{trigger: case-changed}}, within: P1D, steps: [{FIRST}]}}}}"
    assert tiles(text) == tiles(text.replace("within: P1D, ", ""))


def test_a_fault_in_a_step_of_a_series_is_told_where_the_step_stands() -> None:
    text = """- id: s
  series:
    until: {trigger: case-changed}
    steps:
      - after: P1D
        tiles: [{id: one, send_sms: hello}]
      - after: soon
        tiles: [{id: two, send_sms: hallo}]
"""
    assert wrong(text) == [
        "10: `soon` is not a duration, such as PT15M or P2D",
        "11: there is no template `hallo` (did you mean `hello`?)",
    ]


@pytest.mark.parametrize(
    ("text", "always"),
    [
        ("- {id: t, wait: {for: P1D}}", True),
        ("- {id: t, wait: {until: trigger.at}}", False),
        ("- {id: t, wait: {until: '2026-12-24T09:00:00Z'}}", False),
        ("- {id: t, if_then: {trigger: case-changed, within: P1D}}", True),
        ("- {id: t, if_then: {segment: vip, within: P1D}}", False),
        (
            "- {id: t, activate_trigger: case-requested, with: {device: trigger.device, priority: {value: low}}}",
            True,
        ),
        ("- {id: t, activate_trigger: asked, with: {run: run.id}}", False),
        (f"- {HELLO}", False),
    ],
)
def test_a_run_certainly_stops_at_some_tiles_only(text: str, always: bool) -> None:
    assert always_waits(one(text)) is always
