"""A real PostgreSQL with PostGIS in a temporary folder, by `scripts/postgres.sh`."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

_SCRIPT = Path(__file__).parents[2] / "scripts" / "postgres.sh"


class Throwaway:
    """A server that tests may start, kill and stop; with `fsync` it is set up as for data that matters."""

    def __init__(self, *, fsync: bool = False) -> None:
        self._environment = {**os.environ, "FSYNC": "on" if fsync else "off"}
        # not in pytest's folder, which is closed to the account that the server runs as
        self._folder = Path(tempfile.mkdtemp(prefix="atlas-postgres-"))
        self._folder.chmod(0o755)
        self.url = ""

    def start(self) -> str:
        """Start it and return its address. Skips the test where PostgreSQL is not installed."""
        done = self._do("start")
        if done.returncode:
            self.stop()
        if done.returncode == 3:
            pytest.skip(done.stderr.strip())
        assert done.returncode == 0, done.stderr
        self.url = done.stdout.strip()
        return self.url

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._do("kill").returncode == 0

    def stop(self) -> None:
        self._do("stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _do(self, what: str) -> subprocess.CompletedProcess[str]:
        # A file and not a pipe takes the output: the server inherits it and would keep a pipe open.
        out, err = self._folder / f"{what}.out", self._folder / f"{what}.err"
        with out.open("w") as stdout, err.open("w") as stderr:
            done = subprocess.run(
                ["sh", _SCRIPT, what, str(self._folder / "server")],
                stdout=stdout,
                stderr=stderr,
                env=self._environment,
                check=False,
                timeout=60,
            )
        return subprocess.CompletedProcess(done.args, done.returncode, out.read_text(), err.read_text())
