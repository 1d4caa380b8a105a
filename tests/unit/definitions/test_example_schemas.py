"""The editor marks nothing in the examples: they are what people copy from."""

from shared.definitions import loader
from tests.unit.definitions.test_schemas import DEFINITIONS, SCHEMAS


def test_every_example_is_accepted() -> None:
    documents = loader.load(loader.read_tree(DEFINITIONS, examples=True))
    sources = documents.sources.items()
    plain = [({key: source[key] for key in source if key != "uses"}, kind) for (kind, _), source in sources]
    assert [source for source, kind in plain if not SCHEMAS[kind].accepts(source)] == []
