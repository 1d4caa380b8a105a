"""The keys that callers of functions must carry (learn.microsoft.com/azure/azure-functions/function-keys-how-to)."""

import hmac
from collections.abc import Mapping

from local.host.triggers import AuthLevel

MASTER = "_master"


class Keys:
    """The app's host keys by name, from the section `Keys` of local.settings.json; `_master` opens ADMIN functions.

    Stricter than Core Tools, which ignore keys on a laptop: what is open here would be open in Azure too.
    """

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._keys = {name: _bytes(key) for name, key in keys.items() if key}

    def admits(self, level: AuthLevel, presented: str | None) -> bool:
        """Whether a request with that key, or none, may call a function of that level."""
        if level is AuthLevel.ANONYMOUS:
            return True
        accepted = [key for name, key in self._keys.items() if level is AuthLevel.FUNCTION or name == MASTER]
        offered = _bytes(presented or "")
        # Every key is compared, so that the time taken tells nothing about them.
        return any([hmac.compare_digest(key, offered) for key in accepted])  # noqa: C419


def _bytes(key: str) -> bytes:
    """What is compared: a header may carry bytes that are no text, and they arrive as surrogates."""
    return key.encode(errors="surrogatepass")
