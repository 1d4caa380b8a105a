"""Business process flows: the stages that a case goes through, and what must be done before the next one."""

from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do in a stage: a column of the case that must be filled, or, without one, a box to tick."""

    id: str
    title: str
    column: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    id: str
    title: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Process:
    """`stages` are in their order; a case enters the first one."""

    name: str
    title: str
    stages: tuple[Stage, ...]

    def stage(self, id_: str) -> Stage | None:
        return next((stage for stage in self.stages if stage.id == id_), None)

    def after(self, id_: str) -> Stage | None:
        """The stage that follows; None after the last one, and after one that is not among them."""
        return next((later for stage, later in pairwise(self.stages) if stage.id == id_), None)
