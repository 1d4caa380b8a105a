"""May we write to this contact point? The table of DOMAIN.md 4, evaluated immediately before each send."""

from collections.abc import Mapping

ENFORCEMENT: Mapping[tuple[str, str], str] = {
    ("sms", "transactional"): "non_restrictive",
    ("email", "transactional"): "non_restrictive",
    ("push", "transactional"): "non_restrictive",
    ("sms", "commercial"): "restrictive",
    ("email", "commercial"): "restrictive",
    ("push", "commercial"): "restrictive",
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


def verdict(channel: str, purpose: str, topic: str | None, consents: Mapping[str, str]) -> tuple[str, str | None]:
    """Return the consent status that decides, and the reason code that blocks the send or None.

    A topic needs consent for the topic and for its purpose.
    """
    status = "not_set"
    for asked in (purpose, f"{purpose}/{topic}") if topic else (purpose,):
        status = consents.get(asked, "not_set")
        reason = VERDICTS[ENFORCEMENT[channel, purpose], status]
        if reason is not None:
            return status, reason
    return status, None
