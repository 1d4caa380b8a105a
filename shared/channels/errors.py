"""What can become of a message that was not plainly accepted.

Three of them are a definite no (`Rejected`, `Throttled`, `Unavailable`), `OutcomeUnknown` is not, and
`WindowClosed` says that asking again will not tell.
"""


class ChannelError(Exception):
    """The provider did not accept the message."""

    def __init__(self, detail: str = "") -> None:
        """Keep `detail`, which never holds an address or a text of the message."""
        super().__init__(detail or type(self).__doc__)
        self.detail = detail


class Rejected(ChannelError):
    """The provider refused the message for good; a retry would be refused again."""

    def __init__(self, reason_code: str, detail: str = "") -> None:
        """Keep the reason in our closed list beside what the provider said."""
        super().__init__(detail)
        self.reason_code = reason_code


class Throttled(ChannelError):
    """The provider did not take the message because there were too many; it may be sent later."""

    def __init__(self, retry_after: float | None = None, detail: str = "") -> None:
        """Keep the seconds to wait, if the provider named them."""
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(ChannelError):
    """The provider is away and certainly did not take the message; it may be sent later."""


class OutcomeUnknown(ChannelError):
    """The message may or may not have been accepted; only an identical repeat in the window can tell."""


class WindowClosed(ChannelError):
    """The provider no longer tracks the request id, so that a repeat could send a second message."""
