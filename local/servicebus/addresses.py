"""The addresses of links: `queue`, `queue/$DeadLetterQueue`, each with `/$management` behind it, and `$cbs`."""

CBS = "$cbs"
DEAD_LETTER_SUFFIX = "/$deadletterqueue"
MANAGEMENT_SUFFIX = "/$management"


def entity_path(address: str) -> str:
    """Return the path in the namespace, in lower case: SDKs send whole URIs, names do not distinguish case."""
    _, scheme, rest = address.partition("://")
    path = rest.partition("/")[2] if scheme else address
    return path.strip("/").lower()
