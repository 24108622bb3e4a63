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

from incidents.store import FolderStore

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
def test_a_command_of_the_readme_does_what_it_says(line: str, desk: Path, tmp_path: Path) -> None:
    at = desk
    if "incident-id" in line:
        at, line = tmp_path, _with_ids(line, desk, tmp_path)
    words = shlex.split(line)[1:]
    done = _run(words, at)
    assert done.returncode == 0, done.stderr
    if "--out" in words:
        assert (at / words[words.index("--out") + 1]).stat().st_size > 100
    else:
        assert (done.stdout + done.stderr).strip()


def _run(words: list[str], at: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "incidents", *words],
        cwd=at,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _with_ids(line: str, desk: Path, at: Path) -> str:
    """Return the line with the ids of an incident and of a figure in a new collection, in place of the examples."""
    shutil.copytree(desk / "examples", at / "examples")
    assert _run(["ingest", "examples/report.txt", "--into", "my-collection"], at).returncode == 0
    incident = max(FolderStore.open(at / "my-collection").incidents(), key=lambda i: len(i.claims))
    figure = next(claim for claim in incident.claims if isinstance(claim.value, int))
    return line.replace("incident-id", incident.id).replace("c-1a2b3c4d", figure.id)


def test_pictures_and_pages_of_the_readme_exist() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)", README):
        assert (ROOT / target).exists(), target
