"""The definitions we ship tell the story: an error, a ticket, a delay, a solution; in English and German."""

from pathlib import Path

import pytest

from shared.definitions import loader
from shared.definitions.conditions import MISSING, Condition, holds
from shared.definitions.loader import Documents
from shared.definitions.templates import render
from shared.definitions.tiles import BranchTile, IfThenTile, SendTile

GSM_7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The characters that cost one septet each (3GPP TS 23.038, 6.2.1); 160 of them are one message."""

VALUES = {
    "contact": {"name": "Åsa & Co. <Ann>"},
    "trigger": {"device_id": "DEVICE-1001"},
    "ticket": {"number": "CAS-01000-X7K2M4", "link": "https://example.org/t/abc"},
}


@pytest.fixture(scope="module")
def documents() -> Documents:
    return loader.load(loader.read_tree(Path(__file__).parents[3] / "definitions"))


def test_the_story_is_all_there(documents: Documents) -> None:
    assert {name for name, trigger in documents.triggers.items() if trigger.kind != "interaction"} == {
        "iot-device-malfunction",
        "case-requested",
        "case-opened",
        "case-status-changed",
        "contact-created",
        "contact-changed",
        "contact-email-changed",
        "device-registered",
        "device-owner-changed",
        "device-recovered",
    }
    assert set(documents.journeys) == {"critical-device-error", "case-status-update", "case-not-started"}
    assert set(documents.templates) == {"ticket-opened", "ticket-reopened", "ticket-delayed", "case-resolved"}
    paths = [path for journey in documents.journeys.values() for path in journey.paths()]
    assert not [path for path in paths if path.startswith("contact.")]


def is_true(condition: Condition | None, **values: object) -> bool:
    assert condition is not None
    return holds(condition, lambda path: values.get(path.rpartition(".")[2], MISSING))


def test_only_serious_errors_enter(documents: Documents) -> None:
    entry = documents.journeys["critical-device-error"].entry
    assert [is_true(entry, error_code=code) for code in (11, 10.5, 10, 0)] == [True, True, False, False]


def test_a_further_occurrence_of_an_open_case_sends_nothing(documents: Documents) -> None:
    known = documents.journeys["critical-device-error"].tiles["known"]
    assert isinstance(known, BranchTile)
    assert [is_true(known.cases[0].when, outcome=outcome) for outcome in ("occurrence_added", "opened")] == [
        True,
        False,
    ]
    assert (known.cases[0].next, known.otherwise) == ("known.1.exit", "tell")


def test_an_error_that_came_back_is_told_of_once_and_as_such(documents: Documents) -> None:
    journey = documents.journeys["critical-device-error"]
    known, again = journey.tiles["known"], journey.tiles["again"]
    assert isinstance(known, BranchTile)
    assert isinstance(again, SendTile)
    assert [is_true(known.cases[1].when, outcome=outcome) for outcome in ("reopened", "opened")] == [True, False]
    assert (known.cases[1].next, again.template, again.next) == ("again", "ticket-reopened", "reopened")


def test_only_a_resolved_case_sends_the_mail(documents: Documents) -> None:
    entry = documents.journeys["case-status-update"].entry
    assert [is_true(entry, status=status) for status in ("resolved", "active", "cancelled")] == [True, False, False]


@pytest.mark.parametrize(
    ("status", "reason", "touched"),
    [
        ("active", "in_progress", False),
        ("active", "on_hold", True),
        ("active", "researching", True),
        ("resolved", "problem_solved", True),
        ("cancelled", "merged", True),
    ],
)
def test_a_case_is_touched_once_its_status_says_so(
    documents: Documents, status: str, reason: str, touched: bool
) -> None:
    tile = documents.journeys["case-not-started"].tiles["touched"]
    assert isinstance(tile, IfThenTile)
    assert tile.match is not None
    assert is_true(tile.match.where, status=status, status_reason=reason) is touched
    assert (tile.yes, tile.no) == (None, "tell")


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", ["ticket-opened", "ticket-reopened", "ticket-delayed"])
def test_an_sms_without_its_link_is_one_message(documents: Documents, name: str, language: str) -> None:
    message = render(documents.templates[name], language, VALUES)
    words = message.text.removesuffix(VALUES["ticket"]["link"])
    assert words != message.text
    assert VALUES["ticket"]["number"] in words
    assert set(words) <= GSM_7
    assert len(words) <= 160


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_mail_says_which_case_is_resolved_in_every_part(documents: Documents, language: str) -> None:
    mail = render(documents.templates["case-resolved"], language, VALUES)
    assert all(VALUES["ticket"]["number"] in part for part in (mail.subject, mail.text, mail.html))
    assert all(VALUES["ticket"]["link"] in part for part in (mail.text, mail.html))
    assert "Åsa & Co. <Ann>" in mail.text
    assert "Åsa &amp; Co. &lt;Ann&gt;" in mail.html
    assert f'<html lang="{language}">' in mail.html


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_mail_greets_a_contact_without_a_name(documents: Documents, language: str) -> None:
    mail = render(documents.templates["case-resolved"], language, {**VALUES, "contact": {"name": None}})
    assert mail.text.splitlines()[0] in {"Hello,", "Guten Tag,"}
