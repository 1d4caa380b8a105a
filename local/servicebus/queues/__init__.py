"""What a queue does: a state machine that knows no network, no disk and no clock but the one it is given."""
