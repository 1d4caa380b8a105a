"""What is printed: for people, for programs, for a CI server."""

import json
from xml.etree import ElementTree

from shared.scenarios.reports import junit, objects, text
from tests.unit.scenarios.building import HEADER, result

EVENT = "- {at: PT0S, trigger: pinged, data: {who: ada, note: hi}}"
GOOD = result(EVENT, "runs: [{contact: ada, status: exited}]")
BAD = result(
    f"{EVENT}\n- {{at: PT1H, trigger: ponged, data: {{who: ada}}}}",
    "runs: [{contact: ada, status: exited}]\nmessages: [{to: ada, channel: sms}]",
    HEADER.replace("it is so", "it is otherwise"),
)


def test_people_read_a_timeline_and_then_ticks() -> None:
    assert (
        text.report([GOOD])
        == """\
it is so (pinging)
2026-03-02 09:00:00        event    pinged who=ada note=hi
                           enters   ada enters pinging
                                        held: not trigger.loud eq true (is not there)
                           tile     german: branch
                                        held: contact.language eq de (is de) and trigger.note is_set (is hi)
                           tile     greet: send_sms hello
                           tile     answer: if_then ponged
                           waits    answer for ponged by contact until 2026-03-02 11:00:00, 2 h
                           message  sms to ada, +4930901820: hello in de (pinging, greet)
                                        Guten Tag, Ada. Ende mit STOP.
2026-03-02 11:00:00  +2 h  goes on  answer: time is up
                           tile     silence: exit nobody_came
                           ends     ada exits pinging: nobody_came

ada in pinging, exited (nobody_came): german > greet > answer > silence

✓ ada runs pinging: exited

"""
    )


def test_crosses_say_what_was_found_and_several_scenarios_are_summed_up() -> None:
    told = text.report([GOOD, BAD])
    assert "✗ ada runs pinging: exited\n    found: completed, german > greet > answer > thank\n✓ sms to ada" in told
    assert told.endswith("\n2 scenarios, 1 failed.\n  ✗ it is otherwise (pinging)\n")


def test_only_the_journey_that_it_is_about_is_told_tile_by_tile() -> None:
    event = "- {at: PT0S, trigger: iot-device-malfunction, data: {device_id: D-1, error_code: 11}}"
    told = text.report([result(event)])
    assert "ada completes critical-device-error" in told
    assert "ticket: activate_trigger" not in told
    everything = text.report([result(event, header=HEADER.replace("journey: pinging\n", ""))])
    assert "ticket: activate_trigger case-requested" in everything


def test_tiles_say_whose_run_it_is_where_there_are_several() -> None:
    told = text.report([result(f"{EVENT}\n- {{at: PT0S, trigger: pinged, data: {{who: bo}}}}")])
    assert "goes on  ada at answer: time is up\n" in told
    assert "goes on  bo at answer: time is up\n" in told


def test_a_terminal_gets_colours_and_its_width() -> None:
    told = text.report([GOOD], width=60)
    assert "\x1b[" in told
    assert "\x1b" not in text.report([GOOD])


def test_nothing_that_a_scenario_says_steers_the_terminal() -> None:
    steering = result(r'- {at: PT0S, trigger: pinged, data: {who: ada, note: "\e[31m\u202e"}}')
    assert not {"\x1b", "\u202e"} & set(text.report([steering]))


def test_programs_read_one_object_for_each_scenario() -> None:
    good, bad = json.loads(objects.report([GOOD, BAD]))
    assert (good["scenario"], good["journey"], good["file"], good["holds"]) == ("it is so", "pinging", "s.yaml", True)
    assert good["ended_at"] == "2026-03-02T11:00:00+01:00"
    [run] = good["runs"]
    assert (run["status"], run["reason"], run["path"][-1], run["waiting"]) == ("exited", "nobody_came", "silence", None)
    [message] = good["messages"]
    assert (message["to"], message["template"], message["text"]) == (
        "+4930901820",
        "hello",
        "Guten Tag, Ada. Ende mit STOP.",
    )
    assert bad["expectations"][0] == {
        "holds": False,
        "expected": "ada runs pinging: exited",
        "found": "completed, german > greet > answer > thank",
    }


def test_a_ci_server_reads_a_test_case_for_each_scenario() -> None:
    root = ElementTree.fromstring(junit.report([GOOD, BAD]))  # noqa: S314 - our own
    [suite] = root
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    good, bad = suite.findall("testcase")
    assert (good.get("name"), good.get("classname"), good.find("failure")) == ("it is so", "pinging", None)
    failure = bad.find("failure")
    assert failure is not None
    assert failure.get("message") == (
        "expected ada runs pinging: exited, found completed, german > greet > answer > thank"
    )
    assert "✗ ada runs pinging" in (bad.findtext("system-out") or "")


def test_xml_has_no_characters_that_it_has_no_place_for() -> None:
    odd = result(EVENT, 'messages: [{to: ada, contains: "\\x00\\x0b"}]')
    assert ElementTree.fromstring(junit.report([odd])) is not None  # noqa: S314
