from __future__ import annotations

from pathlib import Path

import pytest

from incidents.store import FolderStore
from tests.dashboard import samples


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection of six invented incidents."""
    folder = tmp_path_factory.mktemp("collection")
    store = FolderStore.open(folder, create=True)
    store.put(samples.everything())
    store.compact()
    return folder
