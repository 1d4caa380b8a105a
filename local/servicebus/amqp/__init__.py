"""AMQP 1.0 as bytes: the type system and the frames (OASIS AMQP 1.0, parts 1 and 2)."""
