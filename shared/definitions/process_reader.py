"""Reads a business process flow."""

from shared.definitions.names import nearest
from shared.definitions.node import Node
from shared.definitions.process import Process, Stage, Step
from shared.definitions.reader import Reader
from shared.definitions.scope import CASE_COLUMNS
from shared.definitions.tile_reader import Library

MOST_STAGES = 30
"""As many as Dynamics 365 takes; a case keeps the way it took through them."""


def parse(node: Node, reader: Reader, library: Library) -> Process:  # noqa: ARG001 - every reader is given one
    """`{process, title?, stages: [{stage, title?, steps?: [{step, title?, column?, required?}]}]}`."""
    fields = reader.fields(node, ["process", "stages"], ["title"])
    items = reader.items(fields.get("stages"))
    if len(items) > MOST_STAGES:
        reader.fault(items[MOST_STAGES], f"a process has at most {MOST_STAGES} stages")
    name = reader.name(fields.get("process"))
    stages = tuple(_stage(item, reader) for item in items)
    _check_once([(stage.id, item) for stage, item in zip(stages, items, strict=True)], "stage", reader)
    return Process(name, reader.text(fields.get("title")) or name, stages)


def _stage(node: Node, reader: Reader) -> Stage:
    fields = reader.fields(node, ["stage"], ["title", "steps"])
    items = reader.items(fields.get("steps"))
    steps = tuple(_step(item, reader) for item in items)
    _check_once([(step.id, item) for step, item in zip(steps, items, strict=True)], "step", reader)
    id_ = reader.name(fields.get("stage"))
    return Stage(id_, reader.text(fields.get("title")) or id_, steps)


def _step(node: Node, reader: Reader) -> Step:
    fields = reader.fields(node, ["step"], ["title", "column", "required"])
    id_, column = reader.name(fields.get("step")), reader.text(fields.get("column"))
    if column and column not in CASE_COLUMNS:
        reader.fault(fields["column"], f"`{column}` is not a column of a case{nearest(column, CASE_COLUMNS)}")
    return Step(id_, reader.text(fields.get("title")) or id_, column, reader.flag(fields.get("required")))


def _check_once(named: list[tuple[str, Node]], what: str, reader: Reader) -> None:
    seen: set[str] = set()
    for id_, node in named:
        if id_ and id_ in seen:
            reader.fault(node, f"the {what} `{id_}` is there twice")
        seen.add(id_)
