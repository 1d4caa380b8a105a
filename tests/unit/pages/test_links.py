"""Signed links: who can open what, until when, and through a change of keys."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.pages.links import (
    TICKET,
    TICKET_LIFETIME,
    BadLink,
    ExpiredLink,
    LinkError,
    Links,
    UnknownKey,
    WrongPurpose,
    link_keys,
)
from shared.runtime.errors import MissingSettings
from shared.runtime.ids import made

OLD, NEW = "k1:" + "o" * 32, "k2:" + "n" * 32
ISSUED = datetime(2026, 11, 4, 12, tzinfo=UTC)
CASE = "01KA5Q3N8M2V7R4T6W9X0YZABC"


def links(keys: str = OLD) -> Links:
    return Links("https://care.example.org/", link_keys(keys))


def token_of(url: str) -> str:
    return urlsplit(url).path.removeprefix(f"/{TICKET}/")


def read(token: str, keys: str = OLD, purpose: str = TICKET, at: datetime = ISSUED) -> str:
    return links(keys).read(token, purpose, at)


def test_a_link_gives_back_the_case_it_was_issued_for() -> None:
    assert read(token_of(links().ticket(CASE, ISSUED))) == CASE


@given(st.text(min_size=1, max_size=60))
def test_any_id_survives_and_needs_no_escaping_in_a_url(case: str) -> None:
    url = links().ticket(case, ISSUED)
    assert read(token_of(url)) == case
    assert urlsplit(url).query == urlsplit(url).fragment == ""
    assert url.isascii()


def test_equal_input_gives_an_equal_link() -> None:
    assert links().ticket(CASE, ISSUED) == links().ticket(CASE, ISSUED)


def test_the_path_leaves_room_for_words_in_an_sms() -> None:
    assert len(urlsplit(links().ticket(made(), ISSUED)).path) < 110


def test_a_link_is_good_until_its_last_moment_and_not_after() -> None:
    token = token_of(links().ticket(CASE, ISSUED))
    expires = ISSUED + TICKET_LIFETIME
    assert read(token, at=expires - timedelta(seconds=1)) == CASE
    with pytest.raises(ExpiredLink):
        read(token, at=expires)


def test_a_link_opens_only_the_page_it_was_made_for() -> None:
    with pytest.raises(WrongPurpose):
        read(token_of(links().ticket(CASE, ISSUED)), purpose="u")


def test_after_a_rotation_old_links_still_open_and_new_ones_use_the_new_key() -> None:
    before = token_of(links(OLD).ticket(CASE, ISSUED))
    after = token_of(links(f"{NEW},{OLD}").ticket(CASE, ISSUED))
    assert read(before, keys=f"{NEW},{OLD}") == CASE
    assert read(after, keys=NEW) == CASE


def test_a_key_that_was_removed_opens_nothing() -> None:
    with pytest.raises(UnknownKey):
        read(token_of(links(OLD).ticket(CASE, ISSUED)), keys=NEW)


def test_another_secret_under_the_same_key_id_opens_nothing() -> None:
    with pytest.raises(BadLink):
        read(token_of(links("k1:" + "x" * 32).ticket(CASE, ISSUED)))


def test_the_signature_is_made_with_sha_256() -> None:
    signature = token_of(links().ticket(CASE, ISSUED)).rpartition(".")[2]
    assert len(signature) == 43


@given(place=st.integers(0, 200), character=st.sampled_from("Aa0.-_~é"))
def test_a_changed_character_never_opens_another_case(place: int, character: str) -> None:
    token = token_of(links().ticket(CASE, ISSUED))
    place %= len(token)
    changed = token[:place] + character + token[place + 1 :]
    try:
        assert read(changed) == CASE
    except LinkError:
        assert changed != token


@given(st.text(max_size=300))
def test_no_text_raises_anything_but_a_link_error(text: str) -> None:
    with pytest.raises(LinkError):
        read(text)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "entry 1 is not `id:secret`"),
        ("s" * 40, "entry 1 is not `id:secret`"),
        (f"{OLD},", "entry 2 is not `id:secret`"),
        ("k1:short-secret", "entry 1 has fewer than 32 characters"),
        (f"{OLD},k1:{'z' * 32}", "entry 2 repeats"),
        (f"a key:{'z' * 32}", "entry 1 is not `id:secret`"),
    ],
)
def test_wrong_keys_are_named_by_their_place_and_never_shown(text: str, fault: str) -> None:
    with pytest.raises(MissingSettings) as refusal:
        link_keys(text)
    assert "CAREBUS_LINK_KEYS" in str(refusal.value)
    assert fault in str(refusal.value)
    assert not any(secret in str(refusal.value) for secret in ("short-secret", "zzzz", "oooo", "ssss"))
