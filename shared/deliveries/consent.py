"""May we write to this contact point? The table of DOMAIN.md 4, evaluated immediately before each send."""

from collections.abc import Mapping

ENFORCEMENT: Mapping[tuple[str, str], str] = {
    ("sms", "transactional"): "non_restrictive",
    ("email", "transactional"): "non_restrictive",
    ("sms", "commercial"): "restrictive",
    ("email", "commercial"): "restrictive",
}
"""(channel, purpose) to how strictly consent is asked for. Commercial SMS is always restrictive."""

VERDICTS: Mapping[tuple[str, str], str | None] = {
    ("restrictive", "opted_out"): "opted_out",
    ("restrictive", "not_set"): "no_consent",
    ("restrictive", "opted_in"): None,
    ("non_restrictive", "opted_out"): "opted_out",
    ("non_restrictive", "not_set"): None,
    ("non_restrictive", "opted_in"): None,
    ("disabled", "opted_out"): None,
    ("disabled", "not_set"): None,
    ("disabled", "opted_in"): None,
}
"""(enforcement, consent status) to the reason that blocks; None sends."""


def blocked_because(channel: str, purpose: str, status: str) -> str | None:
    """Return the reason code that blocks the send, None where it may go."""
    return VERDICTS[ENFORCEMENT[channel, purpose], status]
