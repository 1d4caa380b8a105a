"""The page behind a ticket link: what a customer reads, in which words, and what never shows."""

import hashlib
import re
from base64 import b64encode
from datetime import timedelta

import pytest

from shared.cases.messages import CancelCase, ChangeStatus, ReactivateCase, ResolveCase
from shared.cases.transitions import STATUS_OF
from shared.pages.links import TICKET_LIFETIME
from shared.pages.page import Page
from shared.pages.ticket_page import ticket_page
from shared.pages.words import LANGUAGES, Words
from shared.runtime.errors import Unavailable
from shared.runtime.memory.store import MemoryStore
from shared.runtime.store import Row
from tests.unit.pages.reading import Document, read
from tests.unit.pages.world import CASE, START, World

HOSTILE = """<script>alert(1)</script>"><img src=//x.example onerror=alert(1)> {{ words.status }} & 'so on'"""


class AwayStore(MemoryStore):
    """A store that does not answer."""

    async def get(self, table: str, partition: str, key: str) -> Row | None:
        raise Unavailable


async def opened(world: World, token: str | None = None) -> Page:
    services = world.services
    token = token or services.links.ticket(CASE, START).rpartition("/")[2]
    return await ticket_page(services.store, services.links, world.clock.now(), token)


async def document(world: World) -> Document:
    page = await opened(world)
    assert page.status == 200
    return read(page.html)


async def test_a_new_ticket_says_its_number_what_it_is_about_and_that_it_was_opened() -> None:
    world = World()
    await world.has_contact()
    await world.has_case("Your pump reports error 11")
    page = await document(world)
    assert page.texts["h1"] == ["Ticket CAS-02499-0YZABC"]
    assert "Your pump reports error 11" in page.text()
    assert page.texts["strong"] == ["We are working on it"]
    assert page.texts["li"] == ["4 November 2026, 13:30 (CET)", "We opened your ticket"]


async def test_each_step_is_told_with_its_time_in_the_customers_time_zone() -> None:
    world = World()
    await world.has_contact(time_zone="America/New_York")
    await world.has_case()
    await world.say(ChangeStatus(CASE, "agent", "researching"), minutes=5)
    await world.say(ResolveCase(CASE, "agent", text="We replaced the valve."), minutes=60)
    page = await document(world)
    assert page.texts["li"] == [
        *("4 November 2026, 07:30 (EST)", "We opened your ticket"),
        *("4 November 2026, 07:35 (EST)", "We are looking for the cause"),
        *("4 November 2026, 08:35 (EST)", "Solved"),
    ]
    assert "2026-11-04T08:35-05:00" in page.attributes("datetime")
    assert "We replaced the valve." in page.text()


async def test_a_german_customer_reads_german() -> None:
    world = World()
    await world.has_contact(language="de-AT")
    await world.has_case("Fehler 11")
    await world.say(ResolveCase(CASE, "agent", text="Ventil getauscht."), minutes=1)
    page = await document(world)
    assert page.attributes("lang") == ["de"]
    assert page.texts["strong"] == ["Gelöst"]
    assert page.texts["h2"] == ["So haben wir es gelöst", "Bisherige Schritte"]
    assert "4. November 2026, 13:31 Uhr (CET)" in page.texts["li"]


@pytest.mark.parametrize(("language", "time_zone"), [("tlh", "Europe/Atlantis"), ("", ""), ("EN-gb", "../etc/passwd")])
async def test_an_unknown_language_is_english_and_an_unknown_time_zone_utc(language: str, time_zone: str) -> None:
    world = World()
    await world.has_contact(language=language, time_zone=time_zone)
    await world.has_case()
    page = await document(world)
    assert page.attributes("lang") == ["en"]
    assert "4 November 2026, 12:30 (UTC)" in page.texts["li"]


async def test_a_customer_who_was_erased_still_has_a_ticket_page() -> None:
    world = World()
    await world.has_case()
    assert (await document(world)).attributes("lang") == ["en"]


async def test_what_agents_write_for_one_another_is_not_shown() -> None:
    world = World()
    await world.has_case()
    await world.say(ChangeStatus(CASE, "agent-7", "on_hold", "customer was rude"), minutes=1)
    await world.say(ResolveCase(CASE, "agent-7", "merged", "refused by the table"), minutes=1)
    await world.say(CancelCase(CASE, "agent-7", "not our problem"), minutes=1)
    html = (await opened(world)).html
    assert "Closed without a solution" in html
    assert not any(secret in html for secret in ("rude", "not our problem", "refused", "agent-7"))


async def test_no_personal_data_is_on_the_page() -> None:
    world = World()
    await world.has_contact()
    await world.has_case(device="D-1", error_code=11)
    html = (await opened(world)).html
    assert not any(value in html for value in ("Ada", "ada@", "+4930", "C-1001", "D-1", CASE))


async def test_after_a_reactivation_the_old_resolution_is_gone() -> None:
    world = World()
    await world.has_case()
    await world.say(ResolveCase(CASE, "agent", text="It was the valve."), minutes=1)
    await world.say(ReactivateCase(CASE, "agent"), minutes=1)
    page = await document(world)
    assert "valve" not in page.text()
    assert page.texts["strong"] == ["We are working on it"]


async def test_hostile_words_stay_words() -> None:
    world = World()
    await world.has_case(HOSTILE)
    await world.say(ResolveCase(CASE, "agent", text=HOSTILE), minutes=1)
    page = await document(world)
    assert not {"script", "img"} & set(page.tags())
    assert page.text().count(HOSTILE) == 2


@pytest.mark.parametrize("language", sorted(LANGUAGES))
async def test_the_page_can_be_read_by_everybody_and_loads_nothing(language: str) -> None:
    world = World()
    await world.has_contact(language=language)
    await world.has_case()
    await world.say(ResolveCase(CASE, "agent", text="Done."), minutes=1)
    page = await document(world)
    tags = page.tags()
    assert tags.count("h1") == tags.count("main") == tags.count("title") == 1
    assert page.attributes("src") == page.attributes("href") == page.attributes("action") == []
    assert {"viewport", "color-scheme"} <= set(page.attributes("name"))
    labelled = page.attributes("aria-labelledby")
    assert labelled == page.attributes("id") == ["resolution", "changes"]
    assert "url(" not in "".join(page.texts["style"])
    assert "prefers-color-scheme: dark" in "".join(page.texts["style"])


async def test_the_content_security_policy_allows_this_style_and_nothing_else() -> None:
    world = World()
    await world.has_case()
    page = await opened(world)
    style = re.search("<style>(.*?)</style>", page.html, re.DOTALL)
    assert style is not None
    digest = b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")


@pytest.mark.parametrize("token", [None, "nonsense"])
async def test_every_page_keeps_its_address_and_content_private(token: str | None) -> None:
    world = World()
    await world.has_case()
    headers = (await opened(world, token)).headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "noindex" in headers["X-Robots-Tag"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


async def test_looking_changes_nothing() -> None:
    world = World()
    await world.has_contact()
    await world.has_case()
    before = [(table, world.store.partitions(table)) for table in ("cases", "contacts", "views")]
    row = await world.store.get("cases", CASE, "head")
    await opened(world)
    assert row == await world.store.get("cases", CASE, "head")
    assert before == [(table, world.store.partitions(table)) for table in ("cases", "contacts", "views")]
    assert world.bus.queues == {}


@pytest.mark.parametrize("token", ["nonsense", "k9.t.ffffffff.QQ.AAAA", "../admin", "x" * 5000])
async def test_a_link_that_is_not_ours_gets_a_friendly_404_in_both_languages(token: str) -> None:
    page = await opened(World(), token)
    assert page.status == 404
    assert read(page.html).attributes("lang") == ["en", "en", "de"]
    assert token not in page.html


async def test_a_link_with_another_purpose_gets_the_same_page_as_any_bad_one() -> None:
    world = World()
    other = world.services.links._token("u", CASE, START + TICKET_LIFETIME)  # noqa: SLF001 - no such page exists yet
    assert await opened(world, other) == await opened(world, "nonsense")


async def test_an_expired_link_says_so() -> None:
    world = World()
    await world.has_case()
    world.clock.at = START + TICKET_LIFETIME + timedelta(seconds=1)
    page = await opened(world)
    assert page.status == 410
    assert "expired" in page.html
    assert "abgelaufen" in page.html


async def test_a_ticket_that_is_still_being_opened_asks_to_try_again() -> None:
    page = await opened(World())
    assert page.status == 404
    assert page.headers["Retry-After"] == "10"
    assert "try again" in page.html
    assert "noch einmal" in page.html


async def test_a_store_that_is_away_gets_a_page_too() -> None:
    page = await opened(World(store=AwayStore()))
    assert page.status == 503
    assert page.headers["Retry-After"] == "60"
    assert read(page.html).tags().count("h1") == 1


@pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)
def test_every_language_has_words_for_every_status_and_month(words: Words) -> None:
    assert set(words.changes_as_names) == {"opened", *STATUS_OF}
    assert len(set(words.months)) == 12
