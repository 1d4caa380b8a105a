"""Adapters to the providers that carry SMS and e-mail; nothing of ours is decided here."""
