"""Which run an awaited event belongs to."""

from collections.abc import Mapping

from shared.definitions.journey import Ticket
from shared.definitions.mapping import Source, parse_source
from shared.definitions.names import nearest
from shared.definitions.node import Node
from shared.definitions.reader import Reader
from shared.definitions.scope import Scope
from shared.definitions.trigger import Trigger

CONTACT = "contact"
CASE = "case"


class Correlation:
    """Reads `by` and `value` of a wait on the trigger `awaited`."""

    def __init__(self, awaited: Trigger, starts_on: Trigger | None, ticket: Ticket | None) -> None:
        self._awaited = awaited
        self._starts_on = starts_on
        self._ticket = ticket

    def read(self, node: Node, fields: Mapping[str, Node], scope: Scope, reader: Reader) -> tuple[str, Source | None]:
        """By what, and where the run's value for it comes from (None for the contact)."""
        at = fields.get("by", node)
        by = reader.text(fields.get("by")) or self._record(at, reader)
        if by == CONTACT:
            if self._awaited.audience is None:
                reader.fault(at, f"the trigger `{self._awaited.name}` names no contact to wait by")
            if "value" in fields:
                reader.fault(fields["value"], "a wait by contact takes no value")
            return by, None
        if by not in self._awaited.attributes:
            known = [CONTACT, *self._awaited.attributes]
            reader.fault(at, f"`{by}` is not an attribute of `{self._awaited.name}`{nearest(by, known)}")
            return by, None
        type_ = self._awaited.attributes[by].type
        if "value" in fields:
            return by, parse_source(fields["value"], type_, scope, reader)
        return by, self._same_named(by, at, scope, reader)

    def _record(self, node: Node, reader: Reader) -> str:
        """The record that the run is about, if the awaited event names it too, else the contact."""
        if self._ticket and CASE in self._awaited.attributes:
            return CASE
        shared = [name for name in self._records() if name in self._awaited.attributes]
        if len(shared) > 1:
            reader.fault(node, f"say which run the event belongs to: `by` one of {', '.join(shared)}, {CONTACT}")
        return shared[0] if shared else CONTACT

    def _records(self) -> list[str]:
        if self._starts_on is None:
            return []
        audience = self._starts_on.audience
        contact = audience.attribute if audience and audience.via is None else None
        declared = self._starts_on.attributes.items()
        return [name for name, attribute in declared if attribute.type == "reference" and name != contact]

    def _same_named(self, by: str, node: Node, scope: Scope, reader: Reader) -> Source | None:
        if by == CASE and self._ticket:
            return self._ticket.case
        if self._starts_on and by not in self._starts_on.attributes:
            reader.fault(node, f"`value` is missing: the starting trigger has no `{by}` to compare with")
            return None
        path = Node(f"trigger.{by}", node.line)
        return parse_source(path, self._awaited.attributes[by].type, scope, reader)
