"""The lines of access histories, as every format tells them."""

from collections.abc import Mapping
from typing import Final

from domain.histories import Findings, History
from domain.looks import Look, OpenFinding
from domain.unusual import DETECTORS
from store import clock

LOOK: Final = (
    "position",
    "recorded_at",
    "kind",
    "what",
    "record",
    "institution",
    "practitioner",
    "name",
    "role",
    "purpose",
    "basis",
)
FINDING: Final = (
    "finding",
    "institution",
    "detector",
    "edition",
    "zh",
    "en",
    "record",
    "practitioner",
    "name",
    "positions",
    "since",
)


def history(told: History) -> dict[str, object]:
    """A page of who looked at what."""
    rows = [_look(one, told.names) for one in told.rows]
    return {"position": told.position, "rows": rows, "next": told.cursor}


def unusual(told: Findings) -> dict[str, object]:
    """A page of what waits for a review."""
    rows = [_finding(one, told.names) for one in told.rows]
    return {"position": told.position, "rows": rows, "next": told.cursor}


def _look(one: Look, names: Mapping[str, str]) -> dict[str, object]:
    return {
        "position": one.position,
        "recorded_at": clock.text(clock.from_datetime(one.at)),
        "kind": one.kind,
        "what": one.what,
        "record": _text(one.record),
        "institution": _text(one.institution),
        "practitioner": _text(one.practitioner),
        "name": names.get(str(one.practitioner)),
        "role": one.role,
        "purpose": one.purpose,
        "basis": one.basis,
    }


def _finding(one: OpenFinding, names: Mapping[str, str]) -> dict[str, object]:
    detector = DETECTORS.get(one.detector)  # of another release: told by its name alone
    return {
        "finding": str(one.finding),
        "institution": str(one.institution),
        "detector": one.detector,
        "edition": one.edition,
        "zh": detector.zh if detector else None,
        "en": detector.en if detector else None,
        "record": _text(one.record),
        "practitioner": str(one.practitioner),
        "name": names.get(str(one.practitioner)),
        "positions": one.positions,
        "since": one.since,
    }


def _text(key: object) -> str | None:
    return str(key) if key is not None else None
