"""JSON as strangers send it, read strictly: what another reader would understand differently is refused."""

import json
import math

from shared.events.refusal import BODY, Fault, Refused

MAX_INTEGER = 2**63


def loads(raw: bytes) -> object:
    """Return the value of UTF-8 JSON text (RFC 8259); raises Refused, which says where it goes wrong."""
    try:
        value: object = json.loads(
            raw.decode(), parse_int=_integer, parse_float=_float, parse_constant=_constant, object_pairs_hook=_object
        )
    except UnicodeDecodeError:
        raise _malformed("is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _malformed(f"is not JSON at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise _malformed("is nested too deeply") from None
    return value


def _malformed(why: str) -> Refused:
    return Refused([Fault("malformed_json", BODY, why)])


def _integer(digits: str) -> int:
    if len(digits) > 20 or abs(value := int(digits)) >= MAX_INTEGER:
        raise _malformed("has an integer of more than 64 bits")
    return value


def _float(digits: str) -> float:
    if not math.isfinite(value := float(digits)):
        raise _malformed("has a number that is too large")
    return value


def _constant(name: str) -> float:
    raise _malformed(f"is not JSON: {name} is no number")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse a repeated name: RFC 8259 leaves open which one counts, so two readers may disagree."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _malformed("has an object that names a member twice")
    return value
