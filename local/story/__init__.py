"""The story of a device error, played against a running system and checked step by step."""
