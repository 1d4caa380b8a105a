"""A journey's nested tiles become one graph, and whatever could go wrong in it is told before it runs."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.definitions import outline
from shared.definitions.conditions import Compare
from shared.definitions.journey import Journey, ReEntry
from shared.definitions.mapping import Constant, Path
from shared.definitions.tiles import ActivateTile, BranchCase, BranchTile, ExitTile, IfThenTile, Match, SendTile, Ticket
from tests.unit.definitions.world import faults, load

TILES = ", ".join(outline.TILES)
HEAD = "journey: j\nstarts_on: alarm\ntiles:\n"
OPEN = "- {id: open, activate_trigger: case-requested, with: {device: trigger.device, priority: {value: high}}}\n"
HELLO = "- {id: hi, send_sms: hello}\n"
ON_CASE = "journey: j\nstarts_on: case-changed\ntiles:\n"
WITH = "with: {device: trigger.device, priority: {value: high}}"
HAS_ZONE = "{attribute: contact.time_zone, op: is_set}"
LOUD = "{attribute: trigger.loud, op: eq, value: true}"


def journey(text: str) -> Journey:
    return load(text).journeys["j"]


def test_tiles_follow_one_another_and_the_last_completes_the_run() -> None:
    read = journey(HEAD + OPEN + HELLO)
    assert (read.name, read.starts_on, read.first) == ("j", "alarm", "open")
    assert read.tiles["open"] == ActivateTile(
        id="open",
        trigger="case-requested",
        attributes={"device": Path("trigger.device"), "priority": Constant("high")},
        command="open_case",
        next="hi",
    )
    ticket = Ticket(Path("tiles.open.case_id"), Path("tiles.open.number"))
    assert read.tiles["hi"] == SendTile("hi", "sms", "hello", ticket, next=None)


NESTED = f"""
journey: j
starts_on: alarm
tiles:
  - id: which
    branch:
      - when: {LOUD}
        exit: too_loud
      - when: {{attribute: trigger.code, op: gt, value: 3}}
        tiles:
          - id: wait
            if_then:
              trigger: case-changed
              by: device
              within: PT15M
              where: {{attribute: event.status, op: eq, value: resolved}}
              yes:
                - {{id: thank, send_sms: hello}}
                - exit: solved
              no:
                - {{id: sorry, send_email: letter}}
    otherwise:
      - {{id: praise, activate_trigger: praised}}
  - id: bye
    send_sms: hello
"""


def test_nested_tiles_go_on_with_the_tile_after_their_parent() -> None:
    tiles = journey(NESTED).tiles
    over_three = Compare("trigger.code", "gt", 3, "number")
    assert tiles["which"] == BranchTile(
        id="which",
        cases=(
            BranchCase(Compare("trigger.loud", "eq", True, "boolean"), next="which.1.exit"),
            BranchCase(over_three, next="wait"),
        ),
        otherwise="praise",
    )
    assert tiles["wait"] == IfThenTile(
        id="wait",
        match=Match(
            "case-changed", "device", Path("trigger.device"), Compare("event.status", "eq", "resolved", "text")
        ),
        segment="",
        within=timedelta(minutes=15),
        yes="thank",
        no="sorry",
    )
    assert tiles["which.1.exit"] == ExitTile("which.1.exit", "too_loud")
    assert tiles["wait.yes.exit"] == ExitTile("wait.yes.exit", "solved")
    nexts = {id_: tile.next for id_, tile in tiles.items() if isinstance(tile, SendTile | ActivateTile)}
    assert nexts == {"thank": "wait.yes.exit", "sorry": "bye", "praise": "bye", "bye": None}


def test_an_arm_without_tiles_goes_on_with_the_tile_after_its_parent() -> None:
    wait = "- {id: wait, if_then: {trigger: case-changed, within: P1D}}\n"
    branch = f"- {{id: which, branch: [{{when: {LOUD}, tiles: [{{id: one, send_sms: hello}}]}}]}}\n"
    tiles = journey(HEAD + wait + branch + HELLO).tiles
    assert isinstance(tiles["wait"], IfThenTile)
    assert isinstance(tiles["which"], BranchTile)
    assert (tiles["wait"].yes, tiles["wait"].no, tiles["which"].otherwise) == ("which", "which", "hi")


@pytest.mark.parametrize(
    ("text", "re_entry"),
    [
        (HEAD + HELLO, ReEntry("immediately")),
        ("re_entry: immediately\n" + HEAD + HELLO, ReEntry("immediately")),
        ("re_entry: never\n" + HEAD + HELLO, ReEntry("never")),
        ("re_entry: {after: PT2H}\n" + HEAD + HELLO, ReEntry("after", timedelta(hours=2))),
    ],
)
def test_re_entry_is_read(text: str, re_entry: ReEntry) -> None:
    assert journey(text).re_entry == re_entry


def test_re_entry_allows_by_the_last_entry() -> None:
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    rules = [ReEntry("immediately"), ReEntry("never"), ReEntry("after", timedelta(hours=2))]
    assert [rule.allows(None, noon) for rule in rules] == [True, True, True]
    assert [rule.allows(noon, noon) for rule in rules] == [True, False, False]
    assert [rule.allows(noon, noon + timedelta(hours=2)) for rule in rules] == [True, False, True]


TWO_CASES = OPEN + OPEN.replace("id: open", "id: again")
IN_AN_ARM = f"- {{id: which, branch: [{{when: {LOUD}, tiles: [{OPEN.removeprefix('- ').strip()}]}}]}}\n"


@pytest.mark.parametrize(
    ("text", "ticket"),
    [
        (HEAD + HELLO, None),
        (HEAD + OPEN + HELLO, Ticket(Path("tiles.open.case_id"), Path("tiles.open.number"))),
        (HEAD + TWO_CASES + HELLO, Ticket(Path("tiles.again.case_id"), Path("tiles.again.number"))),
        (HEAD + HELLO + OPEN, None),
        (HEAD + IN_AN_ARM + HELLO, None),
        (ON_CASE + HELLO, Ticket(Path("trigger.case"), Path("trigger.number"))),
        (ON_CASE + OPEN + HELLO, Ticket(Path("tiles.open.case_id"), Path("tiles.open.number"))),
        (
            ON_CASE + "- {id: hi, send_sms: ticket, about: {case: trigger.device, number: {value: X}}}",
            Ticket(Path("trigger.device"), Constant("X")),
        ),
    ],
)
def test_a_message_is_about_the_nearest_case(text: str, ticket: Ticket | None) -> None:
    tile = journey(text).tiles["hi"]
    assert isinstance(tile, SendTile)
    assert tile.ticket == ticket


def waiting(by: str, head: str = HEAD, before: str = "") -> str:
    return head + before + f"- {{id: wait, if_then: {{trigger: case-changed, {by} within: P1D}}}}\n"


@pytest.mark.parametrize(
    ("text", "by", "value"),
    [
        (waiting("by: contact,"), "contact", None),
        (waiting("by: device,"), "device", Path("trigger.device")),
        (waiting("by: case, value: {value: C-1},"), "case", Constant("C-1")),
        (waiting("by: case, value: tiles.open.case_id,", before=OPEN), "case", Path("tiles.open.case_id")),
        (waiting("by: case,", before=OPEN), "case", Path("tiles.open.case_id")),
        (waiting("by: case,", head=ON_CASE), "case", Path("trigger.case")),
        (waiting("", head=ON_CASE), "case", Path("trigger.case")),
        (waiting("", before=OPEN), "case", Path("tiles.open.case_id")),
        (waiting(""), "device", Path("trigger.device")),
        (HEAD + "- {id: wait, if_then: {trigger: sms-delivered, by: contact, within: P1D}}", "contact", None),
        (HEAD + HELLO + "- {id: wait, if_then: {trigger: sms-delivered, within: P1D}}", "delivery", Path("sent.hi")),
    ],
)
def test_a_wait_knows_by_what_an_event_is_its_own(text: str, by: str, value: object) -> None:
    tile = journey(text).tiles["wait"]
    assert isinstance(tile, IfThenTile)
    assert tile.match is not None
    assert (tile.match.by, tile.match.value) == (by, value)


@pytest.mark.parametrize(
    "text",
    [
        "entry: {attribute: contact.language, op: eq, value: de}\n" + HEAD + HELLO,
        HEAD + f"- {{id: a, branch: [{{when: {{not: {HAS_ZONE}}}, exit: x}}]}}",
        HEAD + OPEN.replace("{value: high}", "contact.language"),
        HEAD + "- {id: a, send_sms: ticket, about: {case: contact.contact_id, number: {value: X}}}",
    ],
)
def test_a_journey_whose_decisions_need_the_contact_says_so(text: str) -> None:
    assert any(path.startswith("contact.") for path in journey(text).paths())
    assert not any(path.startswith("contact.") for path in journey(HEAD + OPEN + HELLO).paths())


def test_a_journey_says_which_triggers_it_is_about() -> None:
    assert journey(NESTED).triggers() == {"alarm", "case-changed", "praised"}


PAIRED = """---
trigger: paired
kind: custom
attributes: {contact: reference, phone: reference, speaker: reference}
audience: {attribute: contact}
"""


def tile(text: str) -> str:
    """A journey whose fourth line is this tile."""
    return HEAD + text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("journey: j\ntiles:\n" + HELLO, ["1: `starts_on` is missing"]),
        ("journey: j\nstarts_on: alarm", ["1: `tiles` is missing"]),
        ("journey: j\nstarts_on: alarm\ntiles: []", ["3: must be a list of at least one item"]),
        (
            "journey: j\nstart_on: alarm\nstarts_on: alarm\ntiles:\n" + HELLO,
            ["2: unknown key `start_on` (did you mean `starts_on`?)"],
        ),
        (
            "journey: j\nstarts_on: allarm\ntiles:\n" + HELLO,
            ["2: there is no trigger `allarm` (did you mean `alarm`?)"],
        ),
        (
            "journey: j\nstarts_on: sms-delivered\ntiles:\n" + HELLO,
            ["2: `sms-delivered` is an interaction trigger: it never starts a journey"],
        ),
        (
            "journey: j\nstarts_on: praised\ntiles:\n" + HELLO,
            ["2: the trigger `praised` has no audience, so nobody could enter"],
        ),
        (
            HEAD.replace("tiles", "entry: {attribute: trigger.cod, op: eq, value: 1}\ntiles") + HELLO,
            ["3: `trigger.cod` is not known here (did you mean `trigger.code`?)"],
        ),
        (
            HEAD.replace("tiles", "entry: {attribute: trigger.code, op: eq, value: one}\ntiles") + HELLO,
            ["3: the value must be a number"],
        ),
        (
            HEAD.replace("tiles", "entry: {attribute: tiles.hi.x, op: is_set}\ntiles") + HELLO,
            ["3: `tiles.hi.x` is not known here"],
        ),
        (
            HEAD.replace("tiles", "entry: {attribute: contact.langauge, op: is_set}\ntiles") + HELLO,
            ["3: `contact.langauge` is not known here (did you mean `contact.language`?)"],
        ),
        (
            HEAD.replace("tiles", "re_entry: sometimes\ntiles") + HELLO,
            ["3: `sometimes` is not one of immediately, never"],
        ),
        (
            HEAD.replace("tiles", "re_entry: {after: 2h}\ntiles") + HELLO,
            ["3: `2h` is not a duration, such as PT15M or P2D"],
        ),
        (HEAD.replace("tiles", "re_entry: {after: P9999D}\ntiles") + HELLO, ["3: `P9999D` is longer than 3650 days"]),
        # tiles
        (tile("- {send_sms: hello}"), ["4: `id` is missing"]),
        (tile("- {id: Hi!, send_sms: hello}"), ["4: `Hi!` is not a name: [a-z][a-z0-9_-]{0,63}"]),
        (
            tile("- {id: hi, send_smss: hello}"),
            [f"4: a tile is one of {TILES} (did you mean `send_sms`?)"],
        ),
        (
            tile("- {id: hi, send_sms: hello, exit: x}"),
            [f"4: a tile is one of {TILES}"],
        ),
        (
            tile("- hello"),
            [
                f"4: a tile is one of {TILES}",
                "4: must be a mapping",
            ],
        ),
        (tile(HELLO + "- {id: hi, send_email: letter}"), ["5: two tiles have the id `hi`"]),
        (tile("- exit: x\n" + HELLO), ["5: no path leads to the tile `hi`"]),
        (tile("- exit: x\n- exit: y"), ["5: no path leads to the tile `exit`"]),
        (
            tile(f"- {{id: a, branch: [{{when: {LOUD}, exit: x}}], otherwise: [{{exit: y}}]}}\n" + HELLO),
            ["5: no path leads to the tile `hi`"],
        ),
        (tile("- exit: Too loud"), ["4: `Too loud` is not a name: [a-z][a-z0-9_-]{0,63}"]),
        # messages
        (tile("- {id: hi, send_sms: hallo}"), ["4: there is no template `hallo` (did you mean `hello`?)"]),
        (tile("- {id: hi, send_sms: letter}"), ["4: the template `letter` is for email, not sms"]),
        (
            tile("- {id: hi, send_sms: ticket}"),
            [
                "4: the template `ticket` says `ticket.link`: the tile is about no case; say which by `about`",
                "4: the template `ticket` says `ticket.number`: the tile is about no case; say which by `about`",
            ],
        ),
        (tile("- id: hi\n  send_sms: ticket\n  about:\n    case: trigger.device"), ["6: `number` is missing"]),
        (
            tile("- id: hi\n  send_sms: ticket\n  about:\n    case: trigger.code\n    number: {value: 1}"),
            ["7: `trigger.code` is of type number, not reference", "8: the value must be text"],
        ),
        # raised triggers
        (tile("- {id: a, activate_trigger: praise}"), ["4: there is no trigger `praise` (did you mean `praised`?)"]),
        (
            tile(
                "- {id: a, activate_trigger: sms-delivered, with: {delivery: {value: x}, contact: contact.contact_id}}"
            ),
            ["4: `sms-delivered` is a trigger of kind interaction: only custom is raised"],
        ),
        (tile("- {id: a, activate_trigger: case-requested}"), ["4: `device` is missing", "4: `priority` is missing"]),
        (
            tile(
                "- id: a\n  activate_trigger: case-requested\n"
                "  with:\n    device: trigger.device\n    priority: trigger.code"
            ),
            ["8: `trigger.code` is of type number, not text"],
        ),
        # answers
        (
            tile(HELLO + OPEN.replace("{value: high}", "tiles.hi.outcome")),
            ["5: `tiles.hi.outcome`: the tile `hi` has no answer"],
        ),
        (
            tile(OPEN.replace("{value: high}", "tiles.open.outcome")),
            ["4: `tiles.open.outcome`: the tile `open` has not certainly run before"],
        ),
        (
            tile(IN_AN_ARM + OPEN.replace("id: open", "id: two").replace("{value: high}", "tiles.open.outcome")),
            ["5: `tiles.open.outcome`: the tile `open` has not certainly run before"],
        ),
        (
            tile(OPEN + OPEN.replace("id: open", "id: two").replace("{value: high}", "tiles.opne.outcome")),
            ["5: `tiles.opne.outcome` is not known here (did you mean `tiles.open.outcome`?)"],
        ),
        (
            tile(OPEN + OPEN.replace("id: open", "id: two").replace("{value: high}", "tiles.open.result")),
            ["5: `tiles.open.result` is not known here (did you mean `tiles.open.outcome`?)"],
        ),
        # branches
        (tile("- {id: a, branch: []}"), ["4: must be a list of at least one item"]),
        (tile(f"- {{id: a, branch: [{{when: {LOUD}}}]}}"), ["4: a case has either `exit` or `tiles`"]),
        (tile("- {id: a, branch: [{exit: x}]}"), ["4: `when` is missing"]),
        (
            tile(f"- {{id: a, branch: [{', '.join([f'{{when: {LOUD}, exit: x}}'] * 26)}]}}"),
            ["4: a branch has at most 25 cases, not 26"],
        ),
        (
            tile("- id: a\n  branch:\n  - when: {attribute: trigger.at, op: gt, value: now}\n    exit: x"),
            ["6: the value must be a date and time with its offset (RFC 3339)"],
        ),
        # waits
        (
            "journey: j\nstarts_on: alam\ntiles:\n- {id: a, if_then: {trigger: case-changed, by: case, within: P1D}}",
            ["2: there is no trigger `alam` (did you mean `alarm`?)"],
        ),
        (
            "journey: j\nstarts_on: alam\ntiles:\n- {id: a, if_then: {trigger: case-changed, within: P1D}}",
            ["2: there is no trigger `alam` (did you mean `alarm`?)"],
        ),
        (tile("- {id: a, if_then: {within: P1D}}"), ["4: an if_then waits either for a `trigger` or for a `segment`"]),
        (tile("- {id: a, if_then: {trigger: case-changed}}"), ["4: `within` is missing"]),
        (
            tile("- {id: a, if_then: {trigger: case-changd, within: P1D}}"),
            ["4: there is no trigger `case-changd` (did you mean `case-changed`?)"],
        ),
        (tile("- {id: a, if_then: {trigger: case-changed, within: P91D}}"), ["4: `P91D` is longer than 90 days"]),
        (
            tile("- {id: a, if_then: {trigger: case-changed, within: PT0S}}"),
            ["4: `PT0S` is not a duration, such as PT15M or P2D"],
        ),
        (
            tile("- {id: a, if_then: {trigger: case-changed, within: P1D, by: cases}}"),
            ["4: `cases` is not an attribute of `case-changed` (did you mean `case`?)"],
        ),
        (
            tile("- {id: a, if_then: {trigger: case-changed, within: P1D, by: number}}"),
            ["4: `value` is missing: the starting trigger has no `number` to compare with"],
        ),
        (
            tile("- {id: a, if_then: {trigger: case-changed, within: P1D, by: contact, value: trigger.device}}"),
            ["4: a wait by contact takes no value"],
        ),
        (
            "journey: j\nstarts_on: paired\ntiles:\n- {id: a, if_then: {trigger: paired, within: P1D}}\n" + PAIRED,
            ["4: say which run the event belongs to: `by` one of phone, speaker, contact"],
        ),
        (
            tile("- {id: a, if_then: {trigger: praised, within: P1D}}"),
            ["4: the trigger `praised` names no contact to wait by"],
        ),
        (
            tile("- {id: a, if_then: {trigger: case-changed, within: P1D, by: case, value: trigger.code}}"),
            ["4: `trigger.code` is of type number, not reference"],
        ),
        (
            tile(
                "- id: a\n  if_then:\n    trigger: case-changed\n    within: P1D\n"
                "    where: {attribute: trigger.status, op: eq, value: x}"
            ),
            ["8: `trigger.status` is not known here (did you mean `event.status`?)"],
        ),
    ],
)
def test_a_journey_at_fault(text: str, expected: list[str]) -> None:
    assert faults(text) == expected


def test_all_faults_are_told_at_once() -> None:
    text = """journey: j
starts_on: alarm
entry: {attribute: trigger.code, op: eq, value: x}
tiles:
  - id: a
    if_then: {trigger: case-changed, within: P1Y}
  - id: a
    send_sms: hallo
"""
    assert faults(text) == [
        "3: the value must be a number",
        "6: `P1Y` is not a duration, such as PT15M or P2D",
        "7: two tiles have the id `a`",
        "8: there is no template `hallo` (did you mean `hello`?)",
    ]
