"""The README's own commands, run as they stand (those that end by themselves and need no database)."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
LINES = [
    line
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("incident-atlas ")
]
ELSEWHERE = ("serve", "copy")  # these have tests of their own, with a browser and a database


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of its own with what the commands name."""
    folder = tmp_path_factory.mktemp("desk")
    for name in ("examples", "data"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(".index"))
    return folder


@pytest.mark.parametrize("line", [x for x in LINES if x.split()[1] not in ELSEWHERE])
def test_a_command_of_the_readme_does_what_it_says(line: str, desk: Path) -> None:
    words = shlex.split(line)[1:]
    done = subprocess.run(
        [sys.executable, "-m", "incidents", *words],
        cwd=desk,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    if "--out" in words:
        assert (desk / words[words.index("--out") + 1]).stat().st_size > 100
    else:
        assert (done.stdout + done.stderr).strip()


def test_pictures_and_pages_of_the_readme_exist() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)", README):
        assert (ROOT / target).exists(), target
