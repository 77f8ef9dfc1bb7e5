"""`lifelong import fhir DIR` behind its options: progress on stderr, the report on stdout, an exit status."""

import json
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from domain.application import Records
from domain.errors import RecordError
from domain.requests import Request
from tools.fhir.importer import UNAVAILABLE, bundle_files, import_folder
from tools.fhir.institution import importing_institution
from tools.fhir.processes import ImportEnded, Place, import_by_processes
from tools.fhir.report import Report

OK, FINDING, USAGE, AWAY = 0, 1, 2, 3
WORTH_PROCESSES = 16  # files; for fewer, processes take longer to start than they save
RecordsFactory = Callable[[], AbstractContextManager[Records]]


def import_fhir(
    folder: Path,
    records_factory: RecordsFactory,
    *,
    administrator: Request,
    area: str,
    institution: UUID | None,
    jobs: int,
    json_output: bool,
    place: Callable[[], Place] | None = None,
) -> int:
    """Import the bundles of a folder and print the report.

    records_factory: opens the application; closed again before this returns.
    administrator, area, institution: see `importing_institution`.
    place: tells where the open log is, for several processes where so many files make that pay.
    Exit status: 0 all is in, 1 something was refused, 2 no such folder or nothing in it, 3 unavailable.
    """
    if not folder.is_dir() or not bundle_files(folder) or jobs < 1:
        _say("lifelong import fhir: give a folder with FHIR bundles (*.json), and at least one job")
        return USAGE
    try:
        with records_factory() as records:
            connector = importing_institution(records, administrator, area=area, institution=institution)
            report = _with_bar(records, connector, folder, jobs, place)
    except ImportEnded as ended:
        advice = "; what was stored stays, run it again" if ended.is_away else ""
        _say(f"lifelong import fhir: {ended.code}{advice}")
        return AWAY if ended.is_away else FINDING
    except UNAVAILABLE as away:
        _say(f"lifelong import fhir: {away.code}; what was stored stays, run it again")
        return AWAY
    except RecordError as refusal:
        _say(f"lifelong import fhir: {refusal.code}")
        return FINDING
    _print(report, json_output)
    return OK if report.is_complete else FINDING


def _with_bar(
    records: Records, connector: Request, folder: Path, jobs: int, place: Callable[[], Place] | None
) -> Report:
    processes = min(jobs, os.cpu_count() or 1)
    columns = (TextColumn("importing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def told(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        if place is not None and processes > 1 and len(bundle_files(folder)) >= WORTH_PROCESSES:
            return import_by_processes(place(), connector, folder, processes=processes, progress=told)
        return import_folder(records, connector, folder, jobs=jobs, progress=told)


def _print(report: Report, json_output: bool) -> None:
    if json_output:
        print(json.dumps(report.to_json(), ensure_ascii=False))
    else:
        report.write_table(sys.stdout)


def _say(line: str) -> None:
    print(line, file=sys.stderr)
