"""A folder's lock."""

from pathlib import Path

import pytest

from local.cloud.errors import CloudError
from local.cloud.lock import locked


def test_a_folder_belongs_to_one_at_a_time(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(CloudError, match="running already"), locked(tmp_path):
        pass


def test_a_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    with locked(tmp_path):
        pass
    with locked(tmp_path) as lock:
        assert not lock.closed
