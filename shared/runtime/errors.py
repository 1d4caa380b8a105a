"""Every error the runtime raises on purpose. The class docstring is the default message; fields carry the rest."""

from datetime import timedelta


class CarebusError(Exception):
    """Something went wrong."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__)


class Transient(CarebusError):
    """It may work when tried again."""

    pause: timedelta | None = None
    """How long to wait before that, where the trouble knows."""


class Permanent(CarebusError):
    """It will not work however often it is tried."""


class Unavailable(Transient):
    """The store or the bus does not answer."""


class Throttled(Unavailable):
    """The store or the bus asks for a pause."""


class Contended(Transient):
    """Too many others change the same aggregate at the moment."""


class Conflict(CarebusError):
    """The row exists already, is gone, or has another ETag than expected."""

    def __init__(self, key: str | None = None) -> None:
        super().__init__()
        self.key = key
        """Row key of the change that was refused; None where the store does not tell."""


class TooLarge(Permanent):
    """An entity or a message is larger than the platform takes."""


class Undecodable(Permanent):
    """A message that no attempt can read; `reason` is a closed code, `field` a path, never a value."""

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(f"{reason} {field}".rstrip())
        self.reason = reason
        self.field = field


class MissingSettings(Permanent):
    """Settings are missing or wrong; all of them are named together."""

    @property
    def told(self) -> str:
        """What is wrong, for the log: it names settings, never their values."""
        return str(self)
