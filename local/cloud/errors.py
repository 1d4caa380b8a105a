"""What can go wrong with the local cloud itself."""


class CloudError(Exception):
    """The local cloud cannot run; the message says why and what to do."""


class ServiceEnded(CloudError):
    """A service ended although nobody stopped it."""

    def __init__(self, name: str, code: int, log: str) -> None:
        super().__init__(f"{name} ended with exit code {code}. The end of its log:\n{log}")
        self.name, self.code = name, code
