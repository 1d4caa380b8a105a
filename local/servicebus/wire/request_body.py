"""The fields of a management request's body."""

from local.servicebus.amqp.types import Value
from local.servicebus.errors import ARGUMENT_ERROR, RefusedError

type Body = dict[str, Value]


def field[T](body: Body, name: str, kind: type[T]) -> T:
    value = body.get(name)
    if not isinstance(value, kind):
        raise RefusedError(ARGUMENT_ERROR, f"The field '{name}' is missing, or is no {kind.__name__}.")
    return value


def list_of[T](body: Body, name: str, kind: type[T]) -> list[T]:
    values = field(body, name, list)
    if not all(isinstance(value, kind) for value in values):
        raise RefusedError(ARGUMENT_ERROR, f"The field '{name}' holds something else than {kind.__name__}.")
    return values


def count_of(body: Body, name: str, *, at_least: int = 0) -> int:
    """Return a number of things; raise `RefusedError` where there is none, or it makes no sense."""
    count = field(body, name, int)
    if not at_least <= count < 2**31:
        raise RefusedError(ARGUMENT_ERROR, f"The field '{name}' is {count}, not from {at_least} to {2**31 - 1}.")
    return count


def session_id_of(body: Body) -> str | None:
    """Return the session that a request is about, None where it is about none."""
    return field(body, "session-id", str) if body.get("session-id") is not None else None
