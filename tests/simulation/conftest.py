"""The simulation has its own trace, and thousands of worlds: logs and the search for cycles would only cost time."""

import gc
import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(autouse=True)
def collected_at_the_end() -> Iterator[None]:
    """A hundred worlds fit into memory: looking for cycles between them takes a quarter of the time."""
    gc.disable()
    yield
    gc.enable()
    gc.collect()
