"""What can keep a function app from starting."""

from collections.abc import Sequence
from dataclasses import dataclass


class ConfigError(Exception):
    """A settings file, a route or a schedule says something the host cannot use."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why the app cannot start, under the name of the function or file that causes it."""

    subject: str
    reason: str


class AppError(Exception):
    """The app cannot start; carries every problem found, so that one run shows them all."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{problem.subject}: {problem.reason}" for problem in problems))
        self.problems = tuple(problems)
