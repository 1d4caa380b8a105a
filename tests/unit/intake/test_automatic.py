"""Programs that write mails are told from people, by what real ones send."""

import pytest

from shared.intake.automatic import kind_of, wants_no_answer

OWN = frozenset({"care@example.com"})

PROGRAMS: list[tuple[str, str, str, dict[str, str], str]] = [
    ("RFC 3834", "ada@example.org", "Re: Ticket", {"auto-submitted": "auto-replied"}, "auto_reply"),
    ("vacation(1)", "ada@example.org", "away", {"precedence": "bulk", "auto-submitted": "auto-replied"}, "auto_reply"),
    (
        "Exchange out of office",
        "ada@example.org",
        "Automatic reply: Ticket",
        {"auto-submitted": "auto-generated", "x-auto-response-suppress": "All"},
        "auto_reply",
    ),
    ("Outlook, German, headers lost on the way", "ada@example.org", "Automatische Antwort: Ticket", {}, "auto_reply"),
    ("Lotus Notes", "ada@example.org", "Out of Office: Ticket", {}, "auto_reply"),
    ("Abwesenheitsnotiz", "ada@example.org", "Abwesenheitsnotiz: Ticket", {}, "auto_reply"),
    ("Gmail vacation", "ada@gmail.com", "Re: Ticket", {"x-autoreply": "yes", "precedence": "bulk"}, "auto_reply"),
    ("cPanel", "ada@example.org", "Re: Ticket", {"x-autorespond": "Ticket", "precedence": "auto_reply"}, "auto_reply"),
    ("Autoresponder script", "ada@example.org", "Thanks!", {"x-autoresponder": "1"}, "auto_reply"),
    ("Another ticket system", "help@example.org", "[#42] Ticket", {"auto-submitted": "auto-generated"}, "auto_reply"),
    ("Auto-Submitted with a parameter", "a@b.org", "x", {"auto-submitted": "Auto-Replied; owner=x"}, "auto_reply"),
    ("Null return path", "ada@example.org", "Read: Ticket", {"return-path": "< >"}, "auto_reply"),
    (
        "Postfix bounce",
        "mailer-daemon@mx.example.org",
        "Undelivered Mail Returned to Sender",
        {"content-type": "multipart/report; report-type=delivery-status", "return-path": "<>"},
        "bounce",
    ),
    ("Exchange NDR", "postmaster@example.org", "Undeliverable: Ticket", {"return-path": "<>"}, "bounce"),
    (
        "Exim bounce",
        "mailer-daemon@mx.example.org",
        "Mail delivery failed",
        {"x-failed-recipients": "a@b.org"},
        "bounce",
    ),
    ("qmail bounce without headers", "ada@example.org", "Returned mail: see transcript", {}, "bounce"),
    (
        "Read receipt",
        "ada@example.org",
        "Gelesen",
        {"content-type": "multipart/report; report-type=disposition-notification"},
        "auto_reply",
    ),
    ("Mailman", "ada@example.org", "[list] Hello", {"list-id": "<list.example.org>", "precedence": "list"}, "list"),
    ("Google Groups", "ada@example.org", "Hello", {"mailing-list": "list x@googlegroups.com"}, "list"),
    ("Newsletter", "news@shop.example", "Sale", {"list-unsubscribe": "<https://x>", "feedback-id": "1:2"}, "bulk"),
    ("Bulk", "news@shop.example", "Sale", {"precedence": "Bulk"}, "bulk"),
    ("Ourselves", "care@example.com", "Ticket", {}, "own"),
]


@pytest.mark.parametrize(
    ("sender", "subject", "headers", "kind"), [row[1:] for row in PROGRAMS], ids=[row[0] for row in PROGRAMS]
)
def test_a_program_is_recognised(sender: str, subject: str, headers: dict[str, str], kind: str) -> None:
    assert kind_of(sender, subject, headers, OWN) == kind


@pytest.mark.parametrize(
    ("subject", "headers"),
    [
        ("My heater is broken", {}),
        (
            "Re: [CAS-02518-ABCDEF] We have received your message",
            {"in-reply-to": "<a@b>", "return-path": "<ada@example.org>"},
        ),
        ("The automatic reply of my heater is wrong", {}),
        ("Ticket", {"auto-submitted": "no"}),
        ("Ticket", {"auto-submitted": " NO "}),
        ("Ticket", {"precedence": "normal", "x-priority": "1", "importance": "high"}),
        ("Ticket", {"content-type": "multipart/mixed; boundary=x", "x-mailer": "Outlook"}),
    ],
)
def test_a_person_is_not_taken_for_a_program(subject: str, headers: dict[str, str]) -> None:
    assert kind_of("ada@example.org", subject, headers, OWN) == ""


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        ("noreply@shop.example", {}),
        ("no-reply@shop.example", {}),
        ("do-not-reply+x@shop.example", {}),
        ("list-request@example.org", {}),
        ("owner-list@example.org", {}),
        ("bounces+17@example.org", {}),
        ("ada@example.org", {"x-auto-response-suppress": "All"}),
        ("ada@example.org", {"x-auto-response-suppress": "DR, RN, NRN, OOF, AutoReply"}),
    ],
)
def test_who_wants_no_answer_gets_none_though_a_person_may_have_written(sender: str, headers: dict[str, str]) -> None:
    assert wants_no_answer(sender, headers)
    assert kind_of(sender, "Hello", headers) == ""


@pytest.mark.parametrize("headers", [{}, {"x-auto-response-suppress": "RN"}])
def test_anybody_else_is_answered(headers: dict[str, str]) -> None:
    assert not wants_no_answer("nora.reply@example.org", headers)
