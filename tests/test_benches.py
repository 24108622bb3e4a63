"""The benches answer at a small size, so that nobody finds them broken on the day a figure is asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_the_store_is_measured_to_the_last_row(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.store", "--sizes", "20k", "--scratch", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "peak memory of a process that asks" in done.stdout
