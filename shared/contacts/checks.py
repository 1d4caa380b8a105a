"""What a contact's values must look like. Each check returns the value as it is stored, or raises Wrong."""

import json
import re
import unicodedata
from contextlib import suppress
from functools import cache
from zoneinfo import available_timezones

from shared.definitions.attributes import AttributeType, fault_of

MAX_ID = 256
MAX_NAME = 200
MAX_TEXT = 1000
CHANNELS = ("sms", "email", "push")
MAX_PHONE = 16
"""The + and 15 digits (ITU-T E.164, 6.2.1)."""
MAX_EMAIL = 254
"""Of an address in a mail's envelope (RFC 5321, 4.5.3.1.3, without the angle brackets)."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"\\]{1,64}@([^\W_]([\w-]*[^\W_])?\.)+[^\W_]([\w-]*[^\W_])?")


class Wrong(ValueError):
    """Why a value cannot be taken, in words that follow the name of its field; never the value."""


def identifier(value: str) -> str:
    if not value:
        raise Wrong("is empty")
    return _bounded(value, MAX_ID)


def label(value: str) -> str:
    """Check a name or a model: may be empty."""
    return _bounded(value, MAX_NAME)


def channel(value: str) -> str:
    """Check a channel that messages go by; empty is none."""
    if value and value not in CHANNELS:
        raise Wrong(f"is not one of {', '.join(CHANNELS)}")
    return value


def typed(value: str, type_: AttributeType) -> object:
    """Return the value of a declared attribute as JSON has it."""
    found: object = _bounded(value, MAX_TEXT)
    if type_ in ("number", "boolean"):
        with suppress(ValueError):
            found = json.loads(value.lower())
    if reason := fault_of(found, type_):
        raise Wrong(reason)
    return found


def phone(value: str) -> str:
    """Return the number in E.164; empty is none. Whether it is in use nobody can tell, so only its length counts."""
    # Imported here: the numbering plans of the world take a while, and only imports need them.
    import phonenumbers

    if not value:
        return ""
    if not value.startswith("+"):
        raise Wrong("is not international: begin with + and the country's code")
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        raise Wrong("is not a phone number") from None
    possible = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    international = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if not possible or len(international) > MAX_PHONE:
        raise Wrong("is not a possible phone number of its country")
    return international


def email(value: str) -> str:
    if value and (len(value) > MAX_EMAIL or not _EMAIL.fullmatch(value)):
        raise Wrong("is not an e-mail address")
    return value


def language(value: str) -> str:
    """Check a language tag's shape (BCP 47): `en`, `de-AT`; empty is English."""
    if value and not _LANGUAGE.fullmatch(value):
        raise Wrong("is not a language tag such as en or de-AT")
    return value or "en"


def time_zone(value: str) -> str:
    """Check a zone's IANA name; empty is UTC."""
    if value and value not in _zones():
        raise Wrong("is not a time zone such as Europe/Berlin")
    return value or "UTC"


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _bounded(value: str, limit: int) -> str:
    if len(value) > limit:
        raise Wrong(f"is longer than {limit} characters")
    if any(unicodedata.category(character) == "Cc" for character in value):
        raise Wrong("has control characters")
    return value
