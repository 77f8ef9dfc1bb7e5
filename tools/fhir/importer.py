"""Imports a folder of lives: several at once, each file for itself, with one report of them all."""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Lock

from domain.application import Records
from domain.errors import (
    CallerUnknown,
    ClockWrong,
    LogBusy,
    LogUnavailable,
    NotPermitted,
    PurposeRefused,
    RecordError,
)
from domain.requests import Request
from domain.values import Source
from tools.fhir.bundle import Bundle, BundleUnreadable, read_file
from tools.fhir.life import Life
from tools.fhir.life_import import LifeImport, reason_of
from tools.fhir.report import REFUSED, Report

RESOURCE = re.compile(rb'"resource"\s*:\s*\{')  # in an entry of a bundle; nowhere else in what we know
Progress = Callable[[int, int], None]

# Nothing can be imported until these are mended: they end the import, not one life.
UNAVAILABLE = (LogUnavailable, LogBusy, ClockWrong)
FATAL = (*UNAVAILABLE, CallerUnknown, NotPermitted, PurposeRefused)


def import_folder(
    records: Records, request: Request, folder: Path, *, jobs: int = 8, progress: Progress
) -> Report:
    """Import every `*.json` of a folder, `jobs` lives at a time, as the connector who makes the request.

    progress: called with the resources settled so far and the resources there are, one call at a time.
    Raises what ends the whole import: LogUnavailable, LogBusy, ClockWrong, CallerUnknown, NotPermitted or
    PurposeRefused. Whatever is wrong with one file is in the report, and the others go on.
    """
    files = list(enumerate(bundle_files(folder), start=1))
    return import_files(records, request, files, jobs=jobs, progress=progress)


def import_files(
    records: Records, request: Request, files: Sequence[tuple[int, Path]], *, jobs: int, progress: Progress
) -> Report:
    """Some files of a folder, with their numbers in it; as `import_folder`."""
    whole = Report()
    bar = _Bar(progress, sum(resources_in(path) for _, path in files))
    stop = Event()

    def one(number: int, path: Path) -> None:
        if stop.is_set():
            return
        try:
            whole.merge(_FileImport(records, request, number, bar).run(path))
        except BaseException:
            stop.set()
            raise

    with ThreadPoolExecutor(max(1, jobs), thread_name_prefix="import") as workers:
        futures = [workers.submit(one, number, path) for number, path in files]
        try:
            for future in futures:
                future.result()
        except BaseException:  # Ctrl-C too: lives that were not begun are left for the next run
            stop.set()
            raise
    return whole


def bundle_files(folder: Path) -> list[Path]:
    """The files of a folder that are imported, in the order that numbers them."""
    return sorted(path for path in folder.glob("*.json") if path.is_file())


def resources_in(path: Path) -> int:
    """How many resources a progress bar should expect: a quick look, zero where it fails."""
    try:
        return len(RESOURCE.findall(path.read_bytes()))
    except OSError:
        return 0


class _Bar:
    """Progress of all threads together."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total = progress, total
        self._done = 0  # guarded by _lock
        self._lock = Lock()

    def move(self, resources: int) -> None:
        with self._lock:
            self._done += resources
            self._progress(self._done, self._total)


@dataclass
class _FileImport:
    """One file: its own report, merged when the life is in."""

    records: Records
    request: Request
    number: int
    bar: _Bar
    report: Report = field(default_factory=lambda: Report(files=1))

    def run(self, path: Path) -> Report:
        bundle = Bundle((), "", 0)
        try:
            bundle = read_file(path)
            life = Life(bundle)
            source = Source(system=life.system, device=None)
            request = replace(self.request, source=source)
            LifeImport(self.records, request, life, self.report, self.bar.move).run()
        except BundleUnreadable as unreadable:
            self._refuse(str(unreadable), bundle)
        except FATAL:
            raise
        except RecordError as refusal:
            self._refuse(reason_of(refusal), bundle)
        return self.report

    def _refuse(self, reason: str, bundle: Bundle) -> None:
        """The file as a whole. What of it was stored before stays, and is known next time."""
        self.report = Report(files=1, files_refused={self.number: reason}, added=self.report.added)
        self.report.empty_entries = bundle.empty_entries
        for one in bundle.resources:
            self.report.count(one.type, REFUSED, reason)
