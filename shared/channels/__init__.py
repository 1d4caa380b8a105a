"""Adapters to the providers that carry SMS, e-mail and push messages; nothing of ours is decided here."""
