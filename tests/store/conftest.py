"""Data folders for the tests of the embedded server."""

import shutil
import tempfile
from pathlib import Path

import pytest

from store.embedded import embed, end_server


@pytest.fixture
def new_data(server_folder):
    """A data folder to be; no server runs on it after the test."""
    yield server_folder / "database"
    end_server(server_folder / "database")


@pytest.fixture(scope="module")
def made():
    """A data folder that was made once: making one takes ten times as long as a start."""
    folder = Path(tempfile.mkdtemp(prefix="outbid-test-"))
    folder.chmod(0o711)
    with embed(folder / "database"):
        pass
    yield folder / "database"
    shutil.rmtree(folder)


@pytest.fixture
def data(made):
    """The data folder that was made once; nothing runs on it before and after a test."""
    yield made
    end_server(made)
