"""What the emulator refuses, in the words that the Azure SDKs know."""

NOT_FOUND = "amqp:not-found"
UNAUTHORIZED = "amqp:unauthorized-access"
NOT_ALLOWED = "amqp:not-allowed"
NOT_IMPLEMENTED = "amqp:not-implemented"
DECODE_ERROR = "amqp:decode-error"
CONNECTION_FORCED = "amqp:connection:forced"
DETACH_FORCED = "amqp:link:detach-forced"
RESOURCE_LIMIT_EXCEEDED = "amqp:resource-limit-exceeded"
FRAMING_ERROR = "amqp:connection:framing-error"
SIZE_EXCEEDED = "amqp:link:message-size-exceeded"
ARGUMENT_ERROR = "com.microsoft:argument-error"
LOCK_LOST = "com.microsoft:message-lock-lost"
MESSAGE_NOT_FOUND = "com.microsoft:message-not-found"
SESSION_CANNOT_BE_LOCKED = "com.microsoft:session-cannot-be-locked"
SESSION_LOCK_LOST = "com.microsoft:session-lock-lost"
TIMEOUT = "com.microsoft:timeout"

_STATUS = {
    UNAUTHORIZED: 401,
    NOT_FOUND: 404,
    MESSAGE_NOT_FOUND: 404,
    LOCK_LOST: 410,
    SESSION_LOCK_LOST: 410,
    SESSION_CANNOT_BE_LOCKED: 410,
    NOT_IMPLEMENTED: 501,
}


class RefusedError(Exception):
    """A request that the broker understood and will not fulfil."""

    def __init__(self, condition: str, description: str) -> None:
        super().__init__(f"{condition}: {description}")
        self.condition = condition
        self.description = description

    @property
    def status(self) -> int:
        """The status code of a management answer."""
        return _STATUS.get(self.condition, 400)


class LockLostError(RefusedError):
    """The lock expired, or its message was already settled."""

    def __init__(self) -> None:
        super().__init__(
            LOCK_LOST,
            "The lock supplied is invalid. Either the lock expired, "
            "or the message has already been removed from the queue.",
        )


class SessionLostError(RefusedError):
    """Nobody holds the session any more, or its lock ended."""

    def __init__(self) -> None:
        super().__init__(
            SESSION_LOCK_LOST, "The session lock has expired on the MessageSession. Accept a new MessageSession."
        )
