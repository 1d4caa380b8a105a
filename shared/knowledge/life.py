"""The life of an article: which step it takes in which state, and where that leads. Every change is a row (I4).

The state is that of the text which is worked on. What was published last stays to be found while it is revised.
"""

from collections.abc import Mapping

STATES = ("draft", "in_review", "published", "archived")

STEPS: Mapping[tuple[str, str], str] = {
    ("draft", "edit"): "draft",
    ("draft", "submit"): "in_review",
    ("draft", "archive"): "archived",
    ("in_review", "send-back"): "draft",
    ("in_review", "publish"): "published",
    ("in_review", "archive"): "archived",
    ("published", "revise"): "draft",
    ("published", "archive"): "archived",
    ("archived", "restore"): "draft",
    ("draft", "import-published"): "published",
    ("in_review", "import-published"): "published",
    ("published", "import-published"): "published",
    ("archived", "import-published"): "published",
    ("draft", "import-draft"): "draft",
    ("in_review", "import-draft"): "draft",
    ("published", "import-draft"): "draft",
    ("archived", "import-draft"): "draft",
}
"""(state, step) to the state that follows. What is not here is refused."""

MOVES = ("submit", "send-back", "publish", "revise", "archive", "restore")
"""Steps that change nothing but the state; whoever edits or imports brings a content too."""
REVIEWED = frozenset({"send-back", "publish", "archive", "restore"})
"""Moves that take somebody who answers for what is published."""


def steps_from(state: str) -> tuple[str, ...]:
    """Name the steps that people can take from this state: what a refusal tells its sender."""
    return tuple(sorted(step for held, step in STEPS if held == state and not step.startswith("import-")))
