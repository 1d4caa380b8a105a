"""What a journey's stored state means at a time, row by row."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from shared.definitions.catalogue import Published
from tests.unit.definitions.world import load
from tests.unit.runtime.world import NOON

HOUR = timedelta(hours=1)
ENDS = load("journey: j\nstarts_on: alarm\nends: 2026-11-21T14:00:00Z\ntiles: [{id: hi, send_sms: hello}]\n").journeys[
    "j"
]
DRAFT = replace(ENDS, is_draft=True)
LIVE = Published(replace(ENDS, ends=None), 1, "live", NOON)


@pytest.mark.parametrize(
    ("published", "at", "phase"),
    [
        (LIVE, NOON - HOUR, "publishing"),
        (LIVE, NOON, "live"),
        (replace(LIVE, journey=ENDS), NOON + HOUR, "live"),
        (replace(LIVE, journey=ENDS), NOON + 2 * HOUR, "completing"),
        (replace(LIVE, journey=DRAFT), NOON + HOUR, "draft"),
        (replace(LIVE, journey=DRAFT, state="paused"), NOON + HOUR, "paused"),
        (replace(LIVE, state="paused"), NOON + HOUR, "paused"),
        (replace(LIVE, state="paused"), NOON - HOUR, "paused"),
        (replace(LIVE, state="paused", journey=ENDS), NOON + 9 * HOUR, "paused"),
        (replace(LIVE, state="stopping"), NOON + HOUR, "stopping"),
        (replace(LIVE, state="stopped"), NOON + HOUR, "stopped"),
        (replace(LIVE, held_until=NOON + HOUR), NOON, "paused"),
        (replace(LIVE, held_until=NOON + HOUR), NOON + HOUR, "live"),
    ],
)
def test_what_a_state_means_at_a_time(published: Published, at: datetime, phase: str) -> None:
    assert published.phase(at) == phase


@pytest.mark.parametrize(("at", "version"), [(NOON - HOUR, 1), (NOON, 2), (NOON + HOUR, 2)])
def test_the_version_before_is_in_force_until_the_new_one_is_live(at: datetime, version: int) -> None:
    newer = Published(ENDS, 2, "paused", NOON, before=replace(LIVE, live_from=NOON - 9 * HOUR), first_live=NOON - HOUR)
    found = newer.at(at)
    assert (found.version, found.state, found.began) == (version, "paused", NOON - HOUR)
