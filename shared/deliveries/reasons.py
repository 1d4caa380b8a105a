"""Why a message did not reach its customer: a closed list of stable codes (DOMAIN.md 4), and their words for people."""

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "no_consent": "The customer has not agreed to messages of this purpose.",
    "opted_out": "The customer has opted out of messages of this purpose.",
    "no_contact_point": "The customer has no address for this channel.",
    "invalid_contact_point": "The customer's address for this channel is not valid.",
    "channel_not_set_up": "This installation cannot send on this channel: its settings are missing.",
    "contact_missing": "The customer is not known.",
    "template_error": "The template does not exist or could not be rendered.",
    "too_long": "The message is longer than the channel takes.",
    "provider_rejected": "The provider refused the message for good.",
    "provider_unavailable": "The provider was away longer than we tried.",
    "bounced_hard": "The address does not exist.",
    "bounced_soft": "The address could not take the message.",
    "journey_stopped": "The journey was stopped before the message went out.",
    "outcome_unknown": "Nobody can tell whether the provider accepted the message; it is never repeated.",
}
