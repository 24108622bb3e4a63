"""The jobs of `incidents.batch` on Apache Spark: this machine, a standalone cluster, or any master address.

Spark is an extra (`requirements-spark.txt` and a Java 17 runtime); nothing else needs it.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import socket
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import pyarrow as pa

from incidents import _regions
from incidents._errors import BadInput, Unavailable
from incidents._files import TEMP
from incidents._regions import LABELLED, Regions
from incidents.batch import EVERYTHING, NO_EDITS, Chosen, Edits, Job, needed
from incidents.sql import SPARK

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

T = TypeVar("T")
_LABELLED_SQL: Final = ", ".join(f"{name} string" for name in LABELLED.names)
_MASTERS: Final = re.compile(
    r"local(-cluster)?(\[[\d*, ]+\])?|yarn|spark://[^/\s]+:\d+(,[^/\s]+:\d+)*|k8s://\S+"
)
_LOOPBACK: Final = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
_USUAL: Final = {
    "spark.log.level": "ERROR",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.driver.maxResultSize": "0",
}


class SparkEngine:
    """The jobs on Spark. `files` must be readable under the same paths from every worker."""

    def __init__(
        self,
        files: Sequence[Path | str],
        *,
        edits: Edits = NO_EDITS,
        chosen: Chosen = EVERYTHING,
        master: str = "local[*]",
        options: Mapping[str, str] | None = None,
    ) -> None:
        self._chosen = chosen
        self._spark = _session(master, options or {})
        whole = self._rows(edits.rows.select(list(chosen.columns)))
        if files:
            stored = self._spark.read.parquet(*map(_uri, files)).select(*chosen.columns)
            gone = self._rows(pa.table({"id": pa.array(edits.ids, pa.string())}))
            whole = stored.join(gone, "id", "left_anti").unionByName(whole) if edits.ids else stored
        self._narrowed(whole).createOrReplaceTempView("incidents")

    def _narrowed(self, whole: DataFrame) -> DataFrame:
        """Return the rows that the filter chooses, as the same SQL finds them everywhere."""
        if self._chosen.where.is_empty:
            return whole
        whole.createOrReplaceTempView("everything")
        text, params = self._chosen.select(SPARK, "everything")
        rows = self._spark.sql(text, args=list(params))
        areas = self._chosen.areas
        return _in_areas(rows, areas) if areas else rows

    def _rows(self, table: pa.Table) -> DataFrame:
        return _quietly(lambda: self._spark.createDataFrame(table))

    def table(self, job: Job, regions: Regions | None = None) -> pa.Table:
        """Run `job` and bring its rows here."""
        with _in_words(f"{job}: Spark gave up"):
            return _quietly(self._frame(job, regions).toArrow)

    def write(self, job: Job, to: Path, regions: Regions | None = None) -> None:
        """Run `job` and let the workers write their rows as a new folder of Parquet files, complete or absent."""
        temp = to.absolute().with_name(f"{TEMP}{to.name}-{secrets.token_hex(4)}")
        try:
            with _in_words(f"{job}: Spark gave up"):
                self._frame(job, regions).write.parquet(temp.as_uri())
            temp.rename(to)
        finally:
            shutil.rmtree(temp, ignore_errors=True)

    def _frame(self, job: Job, regions: Regions | None) -> DataFrame:
        rows = self._spark.sql(self._chosen.query(job))
        return _labelled(rows, needed(regions)) if job == "label" else rows

    def tasks_done(self) -> int:
        """Return how many tasks of the running stages are done."""
        tracker = self._spark.sparkContext.statusTracker()
        stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
        return sum(stage.numCompletedTasks for stage in stages if stage)

    def close(self) -> None:
        """End the Spark application."""
        self._spark.stop()


def _uri(path: Path | str) -> str:
    return path.absolute().as_uri() if isinstance(path, Path) else path


def _by_value() -> None:
    """Send `_regions` along: a worker then needs numpy, pyarrow and shapely, but not our package."""
    from pyspark import cloudpickle

    register: Callable[[object], None] = cloudpickle.register_pickle_by_value
    register(_regions)


def _in_areas(rows: DataFrame, areas: tuple[bytes, ...]) -> DataFrame:
    _by_value()
    work = _regions.kept

    def kept(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return work(batches, areas)

    return _quietly(lambda: rows.mapInArrow(kept, rows.schema))


def _labelled(rows: DataFrame, regions: Regions) -> DataFrame:
    _by_value()
    areas = rows.sparkSession.sparkContext.broadcast((regions.codes, regions.names, regions.shapes))
    work, made = _regions.label, _regions.Regions

    def labelled(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return work(batches, made(*areas.value))

    return _quietly(lambda: rows.mapInArrow(labelled, _LABELLED_SQL))


def _quietly(call: Callable[[], T]) -> T:
    """Call without the warning that PySpark gives for pandas 3, which none of our jobs uses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call()


def _session(master: str, options: Mapping[str, str]) -> SparkSession:
    """Start or join Spark. Raises BadInput for a master that is none, Unavailable for what is not installed or there."""
    if not _MASTERS.fullmatch(master):
        raise BadInput(
            f"master: {master!r} is none; use local[*], spark://HOST:7077, yarn or k8s://https://HOST:PORT"
        )
    if not os.environ.get("JAVA_HOME") and shutil.which("java") is None:
        raise Unavailable(
            "Spark needs a Java 17 runtime (Debian: openjdk-17-jre-headless); or use --engine duckdb"
        )
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise Unavailable(
            "Spark is not installed: pip install -r requirements-spark.txt; or use --engine duckdb"
        ) from error
    _knock(master)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(master).appName("incident-atlas")
    for name, value in ({**_USUAL, **_near(master)} | dict(options)).items():
        builder = builder.config(name, value)
    with _in_words(f"{master}: Spark does not start there"):
        spark = _quietly(builder.getOrCreate)
        spark.sparkContext.setLogLevel("ERROR")
    return spark


def _knock(master: str) -> None:
    """Raise Unavailable at once when no standalone master listens; Spark itself would try for two minutes."""
    if not master.startswith("spark://"):
        return
    problems = []
    for place in master.removeprefix("spark://").split(","):
        host, _, port = place.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=5).close()
        except OSError as error:
            problems.append(f"{place} does not answer ({error.strerror or error})")
        else:
            return
    raise Unavailable(f"{master}: {', '.join(problems)}")


@contextlib.contextmanager
def _in_words(what: str) -> Iterator[None]:
    """Turn what Spark throws into one line; its own story is in its log."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JError, PySparkException, OSError, RuntimeError) as error:
        cause = getattr(error, "java_exception", None)
        told = str(cause.getMessage() if cause is not None else error).strip().splitlines()
        raise Unavailable(f"{what} ({told[0] if told else type(error).__name__})") from error


def _near(master: str) -> dict[str, str]:
    """Keep everything on the loopback where the master is on this machine."""
    here = master.startswith("local") or "//127.0.0.1" in master or "//localhost" in master
    if here:
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    return _LOOPBACK if here else {}
