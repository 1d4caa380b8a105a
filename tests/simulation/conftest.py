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
def seldom_collected() -> Iterator[None]:
    """What was loaded stays, and a world is garbage as a whole: looking for cycles takes a quarter of the time."""
    gc.collect()
    gc.freeze()
    held = gc.get_threshold()
    gc.set_threshold(300_000, 5, 100)
    yield
    gc.set_threshold(*held)
    gc.unfreeze()
