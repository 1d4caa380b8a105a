"""One scenario with what came of it, and whether that is right."""

from dataclasses import dataclass
from typing import Self

from shared.definitions.loader import Documents
from shared.scenarios.chronicle import DETAILS, Entry
from shared.scenarios.judge import Verdict, judge
from shared.scenarios.play import Outcome, play
from shared.scenarios.rows import RunRow
from shared.scenarios.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Result:
    scenario: Scenario
    outcome: Outcome
    verdicts: tuple[Verdict, ...]

    @classmethod
    def of(cls, scenario: Scenario, documents: Documents, seed: int = 0) -> Self:
        outcome = play(scenario, documents, seed)
        return cls(scenario, outcome, judge(scenario, outcome))

    @property
    def holds(self) -> bool:
        return all(verdict.holds for verdict in self.verdicts)

    def failures(self) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if not verdict.holds]

    def shown(self) -> list[Entry]:
        """The entries that people want to read: every tile only of the journey that the scenario is about."""
        journey = self.scenario.journey
        return [
            entry
            for entry in self.outcome.entries
            if not journey or entry.kind not in DETAILS or entry.journey == journey
        ]

    def runs(self) -> list[RunRow]:
        """The runs of the journey that the scenario is about, or of all."""
        return [run for run in self.outcome.runs if self.scenario.journey in ("", run.journey)]
