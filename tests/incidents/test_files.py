from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from incidents._files import CannotWrite, write_whole


def test_a_pipe_or_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    """`--out /dev/null`, run by root, once put a plain file where the device had been."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write_whole(pipe, [b"a", b"b"])
    reader.join(10)
    assert read == [b"ab"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_a_folder_in_the_place_of_the_file_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="nothing was changed"):
        write_whole(tmp_path, [b"a"])
