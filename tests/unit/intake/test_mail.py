"""Mails are read as they come: in any charset, broken, without a text, with things attached."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.intake.mail import MOST, Mail, Unreadable, message_ids, read
from shared.intake.mail_text import LONGEST_TEXT, decoded, without_quotation
from shared.intake.messages import Attachment


def mail(text: bytes = b"It does not heat.\r\n", **headers: str) -> Mail:
    lines = {"From": "Ada Example <Ada@Example.org>", "Subject": "Help", **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    return read(head.encode("utf-8", errors="surrogateescape") + b"\r\n" + text)


def test_a_plain_mail_is_read() -> None:
    found = mail(To="Care <care@example.com>, b@example.com", Cc="C@example.com", Message_ID="<1@example.org>")
    assert (found.sender, found.name) == ("ada@example.org", "Ada Example")
    assert found.to == ("care@example.com", "b@example.com", "c@example.com")
    assert (found.subject, found.text, found.message_id) == ("Help", "It does not heat.", "<1@example.org>")


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("utf-8", "Wärme für 5 €".encode()),
        ("iso-8859-1", "Wärme für 5 EUR".encode("latin-1")),
        ("windows-1252", "Wärme für 5 €".encode("cp1252")),
        ("no-such-charset", "Wärme für 5 €".encode()),
        ("us-ascii", "Wärme für 5 €".encode()),
        ("us-ascii", "Wärme für 5 €".encode("cp1252")),
        ("punycode", "Wärme für 5 €".encode()),
        ("", "Wärme für 5 €".encode()),
    ],
)
def test_a_text_is_read_in_the_charset_it_is_really_in(charset: str, text: bytes) -> None:
    told = {"Content_Type": f"text/plain; charset={charset}"} if charset else {}
    assert mail(text, Content_Transfer_Encoding="8bit", **told).text.startswith("Wärme für 5")


@pytest.mark.parametrize("told", ["=?utf-8?q?W=C3=A4rme?=", "=?iso-8859-1?B?V+RybWU=?=", "Wärme"])
def test_a_subject_is_decoded(told: str) -> None:
    assert mail(Subject=told).subject == "Wärme"


def test_a_mail_of_html_only_becomes_text_without_scripts() -> None:
    html = b"<html><style>p {}</style><body><p>It is <b>cold</b>.</p><p>Ada</p><script>alert(1)</script></body></html>"
    assert mail(html, Content_Type="text/html; charset=utf-8").text == "It is cold.\n\nAda"


def test_plain_text_is_preferred_and_html_stands_in_for_an_empty_one() -> None:
    both = EmailMessage()
    both["From"] = "ada@example.org"
    both.set_content("Plain.")
    both.add_alternative("<p>Rich.</p>", subtype="html")
    assert read(both.as_bytes()).text == "Plain."
    both.get_payload()[0].set_content(" \n")  # type: ignore[index, union-attr]
    assert read(both.as_bytes()).text == "Rich."


def test_attachments_are_listed_and_not_kept() -> None:
    letter = EmailMessage()
    letter["From"] = "ada@example.org"
    letter.set_content("See the photo.")
    letter.add_attachment(b"x" * 1000, maintype="image", subtype="jpeg", filename="../photo.jpg")
    letter.add_attachment(b"", maintype="application", subtype="pdf", filename="Rechnung für Ada.pdf")
    found = read(letter.as_bytes())
    assert found.attachments == (
        Attachment("../photo.jpg", "image/jpeg", 1000),
        Attachment("Rechnung für Ada.pdf", "application/pdf", 0),
    )
    assert found.text == "See the photo."


def test_all_that_it_answers_is_named_nearest_first() -> None:
    found = mail(In_Reply_To="<3@x> (Ada's message) <2@x>", References="<1@x> <2@x>\r\n <3@x>")
    assert found.references == ("<3@x>", "<2@x>", "<1@x>")
    assert message_ids("nonsense", "<a b@x>", "") == ()


@pytest.mark.parametrize(
    "sender",
    [
        "ada@example.org",
        "<ada@example.org>",
        '"Example, Ada" <ada@example.org>',
        "Ada <ada@example.org",
        "Ada Example ada@example.org (home)",
    ],
)
def test_the_sender_is_found_though_the_header_is_broken(sender: str) -> None:
    assert mail(From=sender).sender == "ada@example.org"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"From: nobody\r\n\r\nhello",
        b"From: <>\r\n\r\n",
        b"From: a" + b"x" * 200_000,
        b"multipart/" * (MOST + 1),
    ],
)
def test_what_nobody_can_have_written_is_refused(content: bytes) -> None:
    with pytest.raises(Unreadable):
        read(content)


def test_a_text_is_cut_where_it_is_longer_than_is_kept() -> None:
    assert len(mail(b"a" * 100_000).text) == LONGEST_TEXT


def test_a_line_break_in_a_header_begins_no_other() -> None:
    assert "\n" not in mail(Subject="=?utf-8?q?Help=0D=0ABcc=3A_x?=").subject


@given(st.binary(max_size=2000))
def test_whatever_comes_is_read_or_refused(content: bytes) -> None:
    for raw in (content, b"From: a@b.org\r\n" + content, b"From: a@b.org\r\nContent-Type: text/html\r\n\r\n" + content):
        try:
            found = read(raw)
        except Unreadable:
            continue
        assert found.sender.count("@") == 1
        found.text.encode()
        found.subject.encode()


@given(
    st.binary(max_size=200),
    st.sampled_from([None, "utf-8", "utf-16", "utf-7", "idna", "zlib", "base64", "\0", "x" * 300]),
)
def test_any_bytes_are_some_text(content: bytes, charset: str | None) -> None:
    assert isinstance(decoded(content, charset), str)


QUOTED = [
    (
        "Yes, please.\n\nOn Fri, Nov 16, 2012 at 1:48 PM, Care <care@example.com> wrote:\n> Shall we come?\n",
        "Yes, please.",
    ),
    (
        "Ja, bitte.\n\nAm Fr., 16. Nov. 2012 um 13:48 Uhr schrieb Care <care@example.com>:\n> Sollen wir kommen?\n",
        "Ja, bitte.",
    ),
    ("Yes\n\n-----Original Message-----\nFrom: Care\nSent: Friday\nTo: Ada\nSubject: Ticket\n\nShall we come?", "Yes"),
    ("Ja\n\nVon: Care <care@example.com>\nGesendet: Freitag\nAn: Ada\nBetreff: Ticket\n\nSollen wir kommen?", "Ja"),
]


@pytest.mark.parametrize(("text", "new"), QUOTED)
def test_what_we_said_ourselves_is_cut_off_an_answer(text: str, new: str) -> None:
    assert without_quotation(text, "Re: Ticket") == new
    assert without_quotation(text, "Fwd: Ticket") == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "> only\n> quoted",
        "> Is it cold?\nYes.\n> And wet?\nNo.",
        "It is cold.\nOn Monday I wrote it was warm.",
        "a" * 50_000,
    ],
)
def test_what_has_no_quotation_at_its_end_stays_whole(text: str) -> None:
    assert without_quotation(text, "Re: Ticket") == text
