"""The states of a journey: a table of what may follow what, and what each means at a time (DOMAIN.md 3)."""

from collections.abc import Mapping
from typing import Literal

type State = Literal["live", "paused", "stopping", "stopped"]
"""What is stored."""

type Phase = Literal["draft", "publishing", "live", "paused", "completing", "completed", "stopping", "stopped"]
"""What that means at a time: a journey is published a while before it is live, and completes after its end date."""

NEXT: Mapping[tuple[State, str], State] = {
    ("live", "pause"): "paused",
    ("paused", "resume"): "live",
    ("live", "stop"): "stopping",
    ("paused", "stop"): "stopping",
    ("stopping", "finish"): "stopped",
}
"""(state, command) to the next state; what is not here is refused. `finish` is said by the journey itself."""

COMES_TO: Mapping[str, tuple[State, ...]] = {
    "pause": ("paused",),
    "resume": ("live",),
    "stop": ("stopping", "stopped"),
}
"""Command to the states in which it is done."""

FINAL: tuple[State, ...] = ("stopping", "stopped")
"""From these no journey comes back."""


def commands_for(state: State) -> tuple[str, ...]:
    """Name the commands that a journey in this state takes from people."""
    return tuple(command for held, command in NEXT if held == state and command != "finish")


class NotAllowed(Exception):
    """The journey does not take the command in its state."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.state = state
        self.allowed = commands_for(state)
