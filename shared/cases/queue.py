"""The queue on which cases are told things."""

QUEUE = "case-commands"
