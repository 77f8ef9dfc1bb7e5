"""Imports a folder by several processes, each with the log open for itself.

A life is read, mapped, checked and sealed by one processor, so one process uses no more than one.
"""

import multiprocessing
import signal
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from domain.application import Records
from domain.record_number import SchemeChoice
from domain.requests import Request
from projections.record_view import RecordRender
from store.event_log import StoredLog
from store.key_place import KeysAt
from store.settling import settle
from store.wiring import open_log
from tools.ahead import Ahead
from tools.fhir.importer import FATAL, UNAVAILABLE, Progress, bundle_files, import_files, resources_in
from tools.fhir.report import Report

AT_ONCE = 4  # files handed to a process together
THREADS = 1  # of each process: what looks ahead is for one


class ImportEnded(Exception):
    """A process met what ends the whole import: the code of the error. is_away: another run may go on."""

    def __init__(self, code: str, is_away: bool) -> None:
        super().__init__(code, is_away)  # both: it is pickled on its way here
        self.code, self.is_away = code, is_away


@dataclass(frozen=True)
class Place:
    """Where the log is."""

    dsn: str
    keys: KeysAt
    origin: str
    log_no: int
    schemes: tuple[SchemeChoice, ...]


def import_by_processes(
    place: Place, request: Request, folder: Path, *, processes: int, progress: Progress
) -> Report:
    """As `import_folder`. Raises ImportEnded; lives that were not begun are left for the next run."""
    files = list(enumerate(bundle_files(folder), start=1))
    total = sum(resources_in(path) for _, path in files)
    whole, done = Report(), 0
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(processes, context, _begin, (place,)) as pool:
        some = [files[first : first + AT_ONCE] for first in range(0, len(files), AT_ONCE)]
        under_way = [pool.submit(_import, request, numbered) for numbered in some]
        try:
            for future in as_completed(under_way):
                report, resources = future.result()
                whole.merge(report)
                done += resources
                progress(done, total)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return whole


_opened: list[Records] = []  # of this process


def _begin(place: Place) -> None:
    """Open the log, once for each process; it is closed with it. Ctrl-C is for the process that asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    log = open_log(dsn=place.dsn, keys=place.keys, origin=place.origin, log_no=place.log_no, readers=THREADS)
    _opened.append(Records(Ahead(StoredLog(log)), RecordRender(), schemes=place.schemes))
    settle()


def _import(request: Request, files: Sequence[tuple[int, Path]]) -> tuple[Report, int]:
    """The report, and how many resources are settled."""
    settled = [0]

    def move(done: int, total: int) -> None:
        settled[0] = done

    try:
        return import_files(_opened[0], request, files, jobs=THREADS, progress=move), settled[0]
    except FATAL as error:
        raise ImportEnded(error.code, isinstance(error, UNAVAILABLE)) from None
