"""`lifelong evidence export`: a package of a record, written where nothing was."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import UUID

from domain.application import Records
from domain.evidence_port import Selection
from domain.record_evidence import Issued
from projections.evidence_packer import packer
from projections.record_view import RecordRender
from store.connect import Reads
from store.database import APPENDER, READER, open_database
from store.event_log import StoredLog
from store.settings import Settings
from store.wiring import open_log
from tools.opening import operator
from tools.output import OK, USAGE, CommandFailed, result
from tools.publishing import Publishing
from tools.ready import make_ready


def run(settings: Settings, record: UUID, out: Path, selection: Selection, *, as_json: bool) -> int:
    """Exit status: 0. Raises CommandFailed for a file that is there, or what issuing raises."""
    if out.exists():
        raise CommandFailed(f"{out}: there is such a file already", USAGE)
    with opened(settings) as records:
        issued = records.issue_evidence_as_operator(operator(), record, selection)
        _write(out, issued)
    packed = issued.packed
    told = {
        "file": str(out),
        "event": str(issued.event),
        "sha256": packed.sha256,
        "bytes": packed.length,
        "tree_size": packed.size,
        "events": packed.events,
        "parts_shown": packed.shown,
        "parts_withheld": packed.withheld,
        "report_pdf": packed.report_pdf,
    }
    text = (
        f"{out}: {packed.events} events, {packed.shown} parts shown, {packed.withheld} withheld; "
        f"report as PDF: {packed.report_pdf}; SHA-256 {packed.sha256}; recorded as {issued.event}"
    )
    result(told, text, as_json=as_json)
    return OK


@contextmanager
def opened(settings: Settings) -> Iterator[Records]:
    """The application, able to make packages of all that can be proved by now."""
    with open_database(settings) as database:
        make_ready(Publishing.of(settings, database))
        log = open_log(
            dsn=database.dsn(APPENDER),
            keys=settings.keys,
            origin=settings.origin,
            log_no=settings.log_no,
        )
        with (
            closing(log),
            closing(Reads(database.dsn(READER), 1)) as public,
            closing(Reads(database.dsn(APPENDER), 1)) as contents,
        ):
            stored = StoredLog(log)
            makes = packer(settings, log, stored, public, contents)
            yield Records(stored, RecordRender(), packer=makes, documents=log.blobs)


def _write(out: Path, issued: Issued) -> None:
    """Readable by whoever asked for it alone; gone if it could not be written whole."""
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for piece in issued.packed.pieces():
                file.write(piece)
    except BaseException:
        out.unlink(missing_ok=True)
        raise
