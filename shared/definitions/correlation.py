"""Which run an awaited event belongs to."""

from collections.abc import Mapping
from typing import get_args

from shared.definitions.mapping import Path, Source, parse_source
from shared.definitions.names import nearest
from shared.definitions.node import Node
from shared.definitions.outline import Step
from shared.definitions.reader import Reader
from shared.definitions.surroundings import Surroundings
from shared.definitions.templates import Channel
from shared.definitions.trigger import Trigger

CONTACT = "contact"
CASE = "case"
RUN = "run"
DELIVERY = "delivery"


class Correlation:
    """Reads `by`, `of` and `value` of a wait on the trigger `awaited`, at a tile or, without one, anywhere."""

    def __init__(self, awaited: Trigger, surroundings: Surroundings, step: Step | None) -> None:
        self._awaited = awaited
        self._surroundings = surroundings
        self._step = step
        self._ticket = surroundings.ticket(step)

    def read(self, node: Node, fields: Mapping[str, Node], reader: Reader) -> tuple[str, Source | None]:
        """By what, and where the run's value for it comes from (None for the contact)."""
        at = fields.get("by", node)
        by = reader.text(fields.get("by")) or self._record(at, reader)
        if "of" in fields and by != RUN:
            reader.fault(fields["of"], "`of` names the send tile whose interaction is meant, with `by: run`")
        if by == RUN:
            return self._own(at, fields, reader)
        if by == CONTACT:
            if self._awaited.audience is None:
                reader.fault(at, f"the trigger `{self._awaited.name}` names no contact to wait by")
            if "value" in fields:
                reader.fault(fields["value"], "a wait by contact takes no value")
            return by, None
        if by not in self._awaited.attributes:
            known = [CONTACT, RUN, *self._awaited.attributes]
            reader.fault(at, f"`{by}` is not an attribute of `{self._awaited.name}`{nearest(by, known)}")
            return by, None
        type_ = self._awaited.attributes[by].type
        if "value" in fields:
            return by, parse_source(fields["value"], type_, self._surroundings.scope(self._step), reader)
        return by, self._same_named(by, at, reader)

    def _record(self, node: Node, reader: Reader) -> str:
        """The record that the run is about, if the awaited event names it too, else the contact."""
        if self._awaited.kind == "interaction":
            return RUN
        if self._ticket and CASE in self._awaited.attributes:
            return CASE
        shared = [name for name in self._records() if name in self._awaited.attributes]
        if len(shared) > 1:
            reader.fault(node, f"say which run the event belongs to: `by` one of {', '.join(shared)}, {CONTACT}")
        return shared[0] if shared else CONTACT

    def _records(self) -> list[str]:
        starts_on = self._surroundings.starts_on
        if starts_on is None:
            return []
        audience = starts_on.audience
        contact = audience.attribute if audience and audience.via is None else None
        declared = starts_on.attributes.items()
        return [name for name, attribute in declared if attribute.type == "reference" and name != contact]

    def _own(self, at: Node, fields: Mapping[str, Node], reader: Reader) -> tuple[str, Source | None]:
        """What this run itself did or asked for: its message, its case, or an event that brings its id back."""
        if "value" in fields:
            reader.fault(fields["value"], "a wait by run takes no value")
        if self._awaited.kind == "interaction":
            return DELIVERY, self._own_message(at, fields.get("of"), reader)
        if self._ticket and CASE in self._awaited.attributes:
            return CASE, self._ticket.case
        if RUN in self._awaited.attributes:
            return RUN, Path("run.id")
        reader.fault(at, f"`{self._awaited.name}` tells nothing that is this run's own: no case of it, no `{RUN}`")
        return RUN, None

    def _own_message(self, at: Node, of: Node | None, reader: Reader) -> Source | None:
        """The message of the tile that `of` names, else of the nearest one that has certainly been sent before."""
        channel = self._awaited.name.partition("-")[0]
        sends = {
            tile: sent
            for tile, sent in self._surroundings.sends(self._step).items()
            if sent == channel or channel not in get_args(Channel.__value__)
        }
        if of is not None:
            tile = reader.text(of)
            if tile and tile not in sends:
                reader.fault(of, f"no send tile `{tile}` of that kind has certainly run before{nearest(tile, sends)}")
            return Path(f"sent.{tile}")
        if not sends:
            reader.fault(
                at, f"no message was sent before that `{self._awaited.name}` could be about; say which by `of`"
            )
            return None
        return Path(f"sent.{[*sends][-1]}")

    def _same_named(self, by: str, node: Node, reader: Reader) -> Source | None:
        if by == CASE and self._ticket:
            return self._ticket.case
        starts_on = self._surroundings.starts_on
        if starts_on is None and self._surroundings.is_unsure:
            return None
        if starts_on is None or by not in starts_on.attributes:
            reader.fault(node, f"`value` is missing: the starting trigger has no `{by}` to compare with")
            return None
        path = Node(f"trigger.{by}", node.line)
        scope = self._surroundings.scope(self._step)
        return parse_source(path, self._awaited.attributes[by].type, scope, reader)
