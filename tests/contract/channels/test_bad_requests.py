"""What no browser and no test would send is refused in plain words; a 500 is only what was ordered."""

from io import BytesIO

import pytest
from aiohttp import FormData

from tests.contract.channels.mailbox import Mailbox

FORMS = [
    ("/failures", "to"),
    ("/failures", "mode"),
    ("/reset", "what"),
    ("/inbox/{id}/click", "url"),
    ("/inbox/{id}/report", "status"),
    ("/inbox/{id}/reply", "text"),
]
UNREADABLE = {
    "charset": (b"text=x", "application/x-www-form-urlencoded; charset=nobody-knows"),
    "bytes": (b"text=\xff", "application/x-www-form-urlencoded"),
    "boundary": (b"x", "multipart/form-data"),
    "part": (
        b"--b\r\nContent-Disposition: form-data; name=text\r\n\r\n\xff\r\n--b--",
        "multipart/form-data; boundary=b",
    ),
    "end": (b"--b\r\nContent-Disposition: form-data; name=text\r\n\r\nx", "multipart/form-data; boundary=b"),
    "encoding": (
        b"--b\r\nContent-Disposition: form-data; name=text\r\nContent-Transfer-Encoding: x\r\n\r\nx\r\n--b--",
        "multipart/form-data; boundary=b",
    ),
    "nameless": (b"--b\r\n\r\nx\r\n--b--", "multipart/form-data; boundary=b"),
    "nested": (
        b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b--",
        "multipart/form-data; boundary=b",
    ),
}


async def states(sink: Mailbox) -> list[str]:
    return [message["state"] for message in await sink.inbox()]


@pytest.mark.parametrize(("path", "field"), FORMS)
async def test_a_file_is_no_value_of_a_field(sink: Mailbox, path: str, field: str) -> None:
    message = await sink.accept("sms" if "reply" in path else "email", "hello")
    form = FormData({"channel": "sms"})
    form.add_field(field, b"x", filename="x.txt")
    async with sink.session.post(sink.url + path.format(id=message), data=form) as answer:
        assert answer.status == 400
        assert f"{field}: " in (await answer.json())["error"]["message"]
    assert await states(sink) == ["delivered"]


@pytest.mark.parametrize("path", ["/failures", "/reset", "/inbox/{id}/reply"])
@pytest.mark.parametrize("case", UNREADABLE)
async def test_a_form_that_cannot_be_read_is_refused(sink: Mailbox, path: str, case: str) -> None:
    message = await sink.accept("sms", "hello")
    body, kind = UNREADABLE[case]
    path = sink.url + path.format(id=message)
    async with sink.session.post(path, data=body, headers={"Content-Type": kind}) as answer:
        assert answer.status == 400
        assert (await answer.json())["error"]["code"] == "BadRequest"


async def test_a_form_that_is_too_large_is_said_to_be(sink: Mailbox) -> None:
    form = BytesIO(b"to=" + b"x" * 1024**2)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    async with sink.session.post(f"{sink.url}/failures", data=form, headers=kind) as answer:
        assert answer.status == 413


@pytest.mark.parametrize("path", ["/failures", "/reset", "/sms", "/emails:send"])
@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_body_that_is_not_packed_as_it_says_is_refused(sink: Mailbox, path: str, encoding: str) -> None:
    headers = {"Content-Encoding": encoding, "Content-Type": "application/json"}
    async with sink.session.post(sink.url + path, data=b"not packed", headers=headers) as answer:
        assert answer.status == 400


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 10, "-1", "x"])
async def test_a_number_that_no_failure_has_is_not_found(sink: Mailbox, number: str) -> None:
    for method, path in (("DELETE", f"/failures/{number}"), ("POST", f"/failures/{number}/remove")):
        async with sink.session.request(method, sink.url + path) as answer:
            assert answer.status == 404
