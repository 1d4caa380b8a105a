"""What the page on alerts shows holds: its policy is the usual one, its event is one that the trigger takes."""

import json

from shared.definitions.loader import load, read_tree
from shared.definitions.policy import Policy
from shared.events.cloudevent import parse
from tests.docs.markdown import ROOT, Document

PAGE = Document(ROOT / "docs" / "alerts.md")


def test_the_policy_it_shows_is_what_holds_unless_something_is_said() -> None:
    [example] = PAGE.blocks("yaml")
    assert load({"policy.yaml": example}).of_cases["policy"]["cases"] == Policy()


def test_the_event_it_shows_is_one_that_the_trigger_takes() -> None:
    [example] = PAGE.blocks("json")
    event = parse(json.loads(example))
    trigger = load(read_tree(ROOT / "definitions")).triggers[event.type]
    assert trigger.is_for_outside
    assert set(event.data) <= set(trigger.attributes)
