"""The sink's SMTP door: what comes in is in the inbox, and what shall go wrong does."""

import asyncio
import json
import smtplib
from pathlib import Path

import pytest

from tests.cloud.sink import running_sink
from tests.contract.channels.mailbox import CARE, KIM, SAM, Mailbox, mail, open_mailbox, speak


async def test_a_mail_is_in_the_inbox_with_both_its_bodies(sink: Mailbox) -> None:
    both = mail()
    both["List-Unsubscribe"] = "<https://x.example/u/1>"
    both.add_alternative("<p>It is <b>solved</b>.</p>", subtype="html")
    await sink.send(both)
    shown = (await sink.inbox())[0]
    expected = {"channel": "email", "via": "smtp", "from": CARE, "to": KIM, "subject": "Solved", "state": "accepted"}
    assert {name: shown[name] for name in expected} == expected
    assert (shown["plain_text"].strip(), shown["html"].strip()) == ("It is solved.", "<p>It is <b>solved</b>.</p>")
    assert shown["headers"]["List-Unsubscribe"] == "<https://x.example/u/1>"


async def test_each_recipient_has_an_entry_hidden_ones_too(sink: Mailbox) -> None:
    await sink.send(mail(), to=[KIM, SAM])
    assert [shown["to"] for shown in await sink.inbox()] == [SAM, KIM]


async def test_attachments_are_named(sink: Mailbox) -> None:
    with_file = mail()
    with_file.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="Prüfung.pdf")
    await sink.send(with_file)
    assert (await sink.inbox())[0]["attachments"] == ["Prüfung.pdf (application/pdf)"]


async def test_any_alphabet_comes_through(sink: Mailbox) -> None:
    await sink.send(mail("Prüfung läuft: 検査中", to="jörg@example.com", subject="Störung behoben 🎉"))
    shown = (await sink.inbox())[0]
    assert (shown["to"], shown["subject"]) == ("jörg@example.com", "Störung behoben 🎉")
    assert shown["plain_text"].strip() == "Prüfung läuft: 検査中"


async def test_nobody_reports_on_a_mail_that_came_by_smtp(sink: Mailbox) -> None:
    await sink.send(mail())
    async with sink.session.get(f"{sink.url}/health") as answer:
        assert (await answer.json())["pending_reports"] == 0


async def test_a_refused_recipient_is_refused_alone(sink: Mailbox) -> None:
    await sink.fail("reject", to=KIM)
    refused = await sink.send(mail(), to=[KIM, SAM])
    assert {to: code for to, (code, _) in refused.items()} == {KIM: 550}
    assert [shown["to"] for shown in await sink.inbox()] == [SAM]


@pytest.mark.parametrize("mode", ["throttle", "error"])
async def test_a_failing_relay_asks_for_another_attempt(sink: Mailbox, mode: str) -> None:
    await sink.fail(mode, times=1)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        await sink.send(mail())
    assert refused.value.smtp_code == 451
    assert await sink.inbox() == []
    assert await sink.send(mail()) == {}
    assert len(await sink.inbox()) == 1


@pytest.mark.parametrize(("mode", "taken"), [("drop_request", 0), ("drop_answer", 1)])
async def test_a_lost_connection_leaves_it_open_whether_the_mail_was_taken(
    sink: Mailbox, mode: str, taken: int
) -> None:
    await sink.fail(mode, times=1)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        await sink.send(mail())
    assert len(await sink.inbox()) == taken


async def test_a_slow_relay_has_the_mail_before_it_says_so(sink: Mailbox) -> None:
    await sink.fail("slow", seconds=3600, times=1)
    content = mail().as_bytes()
    reader, writer = await asyncio.open_connection("127.0.0.1", sink.smtp_port)
    writer.write(b"HELO me\r\nMAIL FROM:<%s>\r\nRCPT TO:<%s>\r\nDATA\r\n" % (CARE.encode(), KIM.encode()))
    codes = [(await reader.readline())[:3] for _ in range(5)]
    assert codes == [b"220", b"250", b"250", b"250", b"354"]
    writer.write(content.replace(b"\n", b"\r\n") + b"\r\n.\r\n")
    while not await sink.inbox():
        pass
    answer = asyncio.create_task(reader.readline())
    assert len(await sink.inbox()) == 1
    assert not answer.done()
    writer.close()
    assert await answer == b""


async def test_a_mail_over_the_limit_is_refused_whether_it_says_its_size_or_not(sink: Mailbox) -> None:
    big = mail("a line of text\n" * 80_000)
    with pytest.raises(smtplib.SMTPSenderRefused) as said:
        await sink.send(big)
    with pytest.raises(smtplib.SMTPDataError) as measured:
        await sink.speak(lambda client: client.helo() and client.sendmail(CARE, [KIM], big.as_string()))
    assert (said.value.smtp_code, measured.value.smtp_code) == (552, 552)
    assert await sink.inbox() == []


async def test_too_many_recipients_are_refused(sink: Mailbox) -> None:
    refused = await sink.send(mail(), to=[f"p{number}@example.com" for number in range(51)])
    assert {to: code for to, (code, _) in refused.items()} == {"p50@example.com": 452}


BROKEN = {
    "no headers": b"only text",
    "nothing": b"",
    "an unknown charset": b'Content-Type: text/plain; charset="klingon"\r\n\r\nonly text',
    "an unknown encoding": b"Content-Transfer-Encoding: smoke\r\n\r\nonly text",
    "bytes outside their charset": b"Subject: \xff\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nonly text\xff",
    "a multipart without its parts": b'Content-Type: multipart/mixed; boundary="b"\r\n\r\nonly text',
    "an open multipart": b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nonly text',
    "half an address": b"From: <\r\nTo: ,;:<@>\r\n\r\nonly text",
    "a quote that stays open": b'Reply-To: "\r\n\r\nonly text',
    "a group inside out": b'From: ():)"\r\n\r\nonly text',
    "half an encoded word": b"Subject: =?utf-8?q?=?= =?utf-8?b?x?=\r\n\r\nonly text",
    "bad base64": b"Content-Transfer-Encoding: base64\r\n\r\n!only text",
    "a huge header": b"Subject: " + b"a b c d e f g h\r\n " * 50_000 + b"\r\n\r\nonly text",
    "a huge list of addresses": b"From: " + b"a@b.example,\r\n " * 5_000 + b"\r\n\r\nonly text",
    "very many headers": b"".join(b"X-%d: a\r\n" % number for number in range(50_000)) + b"\r\nonly text",
    "nested without end": b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n' * 15_000,
    "zeros": b"Subject: a\0b\r\n\r\nonly\0text",
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_mail_is_accepted_and_can_be_read(sink: Mailbox, content: bytes) -> None:
    await sink.send_raw(content)
    message = (await sink.inbox())[0]
    for page in ("inbox", f"inbox/{message['id']}"):
        async with sink.session.get(f"{sink.url}/{page}") as answer:
            assert (answer.status, KIM in await answer.text()) == (200, True)


@pytest.mark.parametrize("broken", ["no headers", "an unknown charset", "an unknown encoding", "an open multipart"])
async def test_what_can_be_read_of_a_broken_mail_is_its_text(sink: Mailbox, broken: str) -> None:
    await sink.send_raw(BROKEN[broken])
    assert (await sink.inbox())[0]["plain_text"].strip() == "only text"


async def test_a_mail_that_the_parser_stumbles_over_is_shown_as_it_came(sink: Mailbox) -> None:
    await sink.send_raw(BROKEN["a quote that stays open"])
    assert (await sink.inbox())[0]["plain_text"].splitlines() == ['Reply-To: "', "", "only text"]


async def test_what_the_door_accepted_survives_a_kill(tmp_path: Path) -> None:
    async with running_sink(data=tmp_path) as sink:
        await asyncio.to_thread(speak, sink.smtp_port, lambda client: client.send_message(mail()))
        before = await sink.inbox()
        await sink.kill()
    async with running_sink(data=tmp_path) as sink:
        assert await sink.inbox() == before
        assert len(before) == 1


async def test_the_journal_holds_a_mail_whose_sender_hung_up(tmp_path: Path) -> None:
    """What is in the inbox now is there after a restart, and the other way round."""
    async with open_mailbox(data=tmp_path) as sink:
        await sink.fail("drop_answer")
        for _ in range(5):
            with pytest.raises(smtplib.SMTPServerDisconnected):
                await sink.send(mail(), to=[KIM, SAM])
        before = await sink.inbox()
    journal = (tmp_path / "sink.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["message"]["id"] for line in reversed(journal)] == [shown["id"] for shown in before]
    assert len(before) == 10
