"""The batch jobs on a real standalone Spark: a master and two workers on the loopback, one of which gets killed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench import synthetic
from incidents._batchsource import parquet_of
from incidents._errors import Unavailable
from incidents.batch import JOBS, Chosen, DuckEngine, Edits, Job, run
from incidents.catalogues import open_catalogue, place_ids
from incidents.model import Point
from incidents.store import FolderStore
from tests.incidents.batch_samples import REGIONS, WHERES, flat, scattered
from tests.incidents.samples import incident

pyspark = pytest.importorskip("pyspark", reason="pyspark is not installed (requirements-spark.txt)")
if shutil.which("java") is None:
    pytest.skip("no Java runtime (Debian: openjdk-17-jre-headless)", allow_module_level=True)
from incidents._spark import SparkEngine  # noqa: E402

pytestmark = pytest.mark.spark
_HEAP = {"spark.executor.memory": "512m", "spark.driver.memory": "512m"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until(ready: Callable[[], bool], *, seconds: float, what: str) -> None:
    until = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < until, f"{what} did not happen in {seconds} s"
        time.sleep(0.1)


class Cluster:
    """A standalone master with workers of one core each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._home = Path(pyspark.__file__).parent
        self.master = f"spark://127.0.0.1:{(port := _free_port())}"
        self._env = {**os.environ, "SPARK_HOME": str(self._home), "SPARK_LOCAL_IP": "127.0.0.1",
                     "SPARK_DAEMON_MEMORY": "256m"}  # fmt: skip
        self.processes = [self._start("master.Master", "--port", str(port))]
        self._wait("master", "New state: ALIVE", 1)
        self.workers = [self._worker(number) for number in (1, 2)]
        self._wait("master", "Registering worker", 2)

    def _worker(self, number: int) -> subprocess.Popen[bytes]:
        work = self._folder / f"worker-{number}"
        return self._start(
            "worker.Worker", "--cores", "1", "--memory", "700m", "--work-dir", str(work), self.master
        )

    def _start(self, what: str, *options: str) -> subprocess.Popen[bytes]:
        log = (self._folder / f"{what.partition('.')[0]}.log").open("ab")
        command = [
            self._home / "bin" / "spark-class",
            f"org.apache.spark.deploy.{what}",
            "--host",
            "127.0.0.1",
        ]
        with log:
            started = subprocess.Popen(
                [*command, "--webui-port", "0", *options], env=self._env, stdout=log, stderr=log
            )
        if what.startswith("worker"):
            self.processes.append(started)
        return started

    def _wait(self, log: str, said: str, times: int) -> None:
        path = self._folder / f"{log}.log"
        _until(lambda: path.read_text().count(said) >= times, seconds=60, what=f"{said!r} in {path.name}")

    def kill_a_worker(self) -> list[int]:
        """SIGKILL one worker together with its executor; returns what was killed."""
        victim = self.workers[0]
        killed = [*_children(victim.pid), victim.pid]
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        victim.wait(10)
        return killed

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait(10)


def _children(pid: int) -> list[int]:
    """Return the descendants of a process, the deepest first."""
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    children = [int(word) for word in found.stdout.split()]
    return [deep for child in children for deep in _children(child)] + children


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    started = Cluster(tmp_path_factory.mktemp("spark"))
    yield started
    started.stop()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Twelve files of incidents: twelve tasks for two executors."""
    folder = tmp_path_factory.mktemp("index")
    paths = []
    for number in range(12):
        rows = scattered(600, lon=0.9, lat=0.5, seed=number)
        for row in rows:
            row["id"] = f"{number:02}-{row['id']}"
        paths.append(folder / f"{number:02}.parquet")
        pq.write_table(flat(rows), paths[-1])
    return paths


@pytest.fixture(scope="module")
def spark(cluster: Cluster, files: list[Path]) -> Iterator[SparkEngine]:
    one_file_a_task = {"spark.sql.files.openCostInBytes": str(1 << 30)}
    engine = SparkEngine(files, master=cluster.master, options=_HEAP | one_file_a_task)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def duck(files: list[Path]) -> DuckEngine:
    return DuckEngine(files)


@pytest.mark.parametrize("job", JOBS)
def test_a_cluster_gives_the_same_rows_as_one_machine(job: Job, spark: SparkEngine, duck: DuckEngine) -> None:
    expected = run(job, duck, regions=REGIONS)
    assert expected.num_rows > 3
    assert run(job, spark, regions=REGIONS).to_pylist() == expected.to_pylist()


def test_workers_write_their_rows_themselves(tmp_path: Path, spark: SparkEngine, duck: DuckEngine) -> None:
    spark.write("label", tmp_path / "labelled", REGIONS)
    assert [path.name for path in tmp_path.iterdir()] == ["labelled"]
    written = pq.read_table(tmp_path / "labelled").sort_by("id")
    assert written.to_pylist() == run("label", duck, regions=REGIONS).to_pylist()


def test_a_filter_finds_the_same_there(
    cluster: Cluster, spark: SparkEngine, files: list[Path], tmp_path: Path
) -> None:
    """Every word of a filter, `place` and `within` too, with an edit over the files; on the session that is open."""
    synthetic.write_folder(600, tmp_path)
    store = FolderStore.open(tmp_path)
    izium = Point(lon=37.27679, lat=49.20697)
    store.put([incident(n, place_id="geonames:707292", point=izium, weapon=("drone",)) for n in (1, 2)])
    catalogue = open_catalogue(tmp_path)
    try:
        with parquet_of(str(tmp_path), folded=True) as layout:
            for where in (*WHERES[1:4], *WHERES[6:]):
                chosen = Chosen(where, place_ids)
                engine = SparkEngine(layout.files, edits=layout.edits, chosen=chosen, master=cluster.master)
                rows = engine._spark.table("incidents").select("id").collect()
                assert sorted(row[0] for row in rows) == sorted(i.id for i in catalogue.select(where)), where
                assert rows, "a filter that finds nothing tests nothing"
            counted = run("rollup", engine)["incidents"].to_pylist()
            assert sum(counted) == len(rows), "rejected ones where they are asked for"
    finally:
        SparkEngine(files, master=cluster.master)


def test_edits_are_laid_over_the_files(cluster: Cluster, spark: SparkEngine, files: list[Path]) -> None:
    """On the session that is open already: Spark has one for each process."""
    new = flat(scattered(3, lon=0.9, lat=0.5))
    edits = Edits(("00-i00000", "00-i00001", *new["id"].to_pylist()), new)
    edited = SparkEngine(files, edits=edits, master=cluster.master)
    try:
        there = run("label", edited, regions=REGIONS)["id"].to_pylist()
        assert there == run("label", DuckEngine(files, edits=edits), regions=REGIONS)["id"].to_pylist()
        assert "00-i00000" not in there
        assert "i00002" in there
    finally:
        SparkEngine(files, master=cluster.master)


def test_a_killed_worker_does_not_change_the_answer(
    cluster: Cluster, spark: SparkEngine, duck: DuckEngine
) -> None:
    """Must come last: one worker stays dead."""
    found: list[pa.Table] = []
    slow = {"regions": REGIONS}
    job = threading.Thread(target=lambda: found.append(run("label", _Slowly(spark), **slow)))  # type: ignore[arg-type]
    job.start()
    _until(lambda: spark.tasks_done() >= 2, seconds=60, what="the second task")
    killed = cluster.kill_a_worker()
    assert job.is_alive(), "the job was over before the worker was killed"
    job.join(120)
    assert len(killed) >= 2, "no executor ran under the worker"
    assert found[0].to_pylist() == run("label", duck, regions=REGIONS).to_pylist()


class _Slowly:
    """The same engine, with a moment's rest before each batch on the workers."""

    def __init__(self, engine: SparkEngine) -> None:
        self._engine = engine

    def table(self, job: Job, regions: Any = None) -> pa.Table:
        frame = self._engine._frame(job, regions)

        def rest(batches: Any) -> Any:
            time.sleep(1)
            yield from batches

        from incidents._spark import _quietly

        slow = _quietly(lambda: frame.mapInArrow(rest, frame.schema))
        return _quietly(slow.toArrow)


def test_without_java_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, files: list[Path]
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(Unavailable, match="openjdk-17-jre-headless"):
        SparkEngine(files)
