"""Importing made-up lives into a county in memory, and what is found in its log afterwards."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from domain.ports import EventLog, Recorded
from domain.record_events import DocumentAttached
from domain.requests import SourceId
from tests.builders import AREA, COUNTY
from tests.county import County
from tests.tools.fhir_lives import bundle, encounter, patient, whole_life
from tools.fhir.bundle import read, read_file
from tools.fhir.importer import import_folder
from tools.fhir.institution import importing_institution
from tools.fhir.report import Report


def nobody_watches(done: int, total: int) -> None:
    """A progress callback."""


def imported(county: County, folder: Path, jobs: int = 1) -> Report:
    connector = importing_institution(county.records, COUNTY, area=AREA)
    return import_folder(county.records, connector, folder, jobs=jobs, progress=nobody_watches)


def raws(folder: Path) -> set[bytes]:
    """The bytes of every resource in the folder."""
    return {one.raw for path in folder.glob("*.json") for one in read_file(path).resources}


def kept(county: County) -> set[bytes]:
    """The bytes of every resource in the documents of the log."""
    return set(attached(county.log.events))


def attached(recorded: list[Recorded]) -> Iterator[bytes]:
    """Every FHIR resource in the record's documents, taken out of collections."""
    for one in recorded:
        if isinstance(one.event, DocumentAttached) and one.event.content["kind"] == "fhir-resource":
            data = base64.b64decode(str(one.event.content["data"]))
            is_collection = data.startswith(b'{"resourceType":"Bundle"')
            yield from [part.raw for part in read(data).resources] if is_collection else [data]


def record_of(log: EventLog, source: str, patient: str = "Patient/me") -> UUID:
    claim = SourceId(source, patient).claim
    found = log.find_claim(claim.namespace, claim.value)
    assert found is not None
    return found


def fail(error: Exception) -> None:
    raise error


BAD_FILES: dict[str, tuple[bytes, str]] = {
    "truncated": (bundle(*whole_life())[:-40], "not JSON"),
    "not a bundle": (json.dumps(patient()).encode(), "not a FHIR bundle"),
    "no patient": (bundle(encounter("lost", "2010-05-03")), "exactly one patient"),
    "not text": (b"\xff\xfe{}", "not UTF-8"),
}
