import pytest

from local.host.triggers import AuthLevel
from local.host.web.keys import Keys

KEYS = Keys({"default": "d", "partner": "p", "_master": "m", "empty": ""})


@pytest.mark.parametrize(
    ("level", "admitted"),
    [
        (AuthLevel.ANONYMOUS, ["d", "p", "m", "x", "", None]),
        (AuthLevel.FUNCTION, ["d", "p", "m"]),
        (AuthLevel.ADMIN, ["m"]),
    ],
)
def test_a_level_admits_its_keys_and_no_other(level: AuthLevel, admitted: list[str | None]) -> None:
    presented = ["d", "p", "m", "x", "", None]
    assert [key for key in presented if KEYS.admits(level, key)] == admitted


def test_without_keys_a_guarded_function_admits_nobody() -> None:
    assert not Keys({}).admits(AuthLevel.FUNCTION, "")


def test_a_key_that_is_no_text_is_admitted_nowhere() -> None:
    """So does a header's byte arrive that is not UTF-8."""
    assert not KEYS.admits(AuthLevel.FUNCTION, "\udcff")
