"""The lists of one record as NDJSON or CSV: the page that JSON tells, line by line.

What the access keeps the digest of is always the page as canonical JSON: it is what was decided to be shown,
and the lines are made of it alone.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Header, Query
from starlette.responses import Response

from api import spreadsheet
from api.answers import listed, page_headers, shown
from domain.requests import Shown

FORMAT: Final = "json, ndjson or csv; else as the header Accept says"
Format = Annotated[str | None, Query(description=FORMAT)]
Accept = Annotated[str | None, Header(include_in_schema=False)]


@dataclass(frozen=True)
class Lines:
    """Where the lines stand in the JSON, and which of what they tell are the columns of a spreadsheet.

    A column within a column is named by both: `who_role` is the role in `who`.
    """

    name: str
    columns: tuple[str, ...]


PLACE: Final = ("position", "version", "event", "topic", "leaf_hash")
TIMES: Final = ("recorded_at", "occurred_at", "occurred_precision")
WHO: Final = ("who_role", "who_institution", "who_actor", "who_entered_by", "purpose", "cause")
EVENTS: Final = Lines("events", (*TIMES, *WHO, *PLACE, "lifecycle"))
TRAIL: Final = Lines("events", ("stream", "title_zh", "title_en", *EVENTS.columns))
ACCESSES: Final = Lines(
    "accesses",
    (
        "words_zh",
        "words_en",
        "by_institution",
        "by_person",
        "access_basis",
        "access_sections",
        "access_key_kind",
        "access_action",
        "access_view",
        *EVENTS.columns,
    ),
)
SERIES: Final = Lines(
    "values",
    (
        "occurred_at",
        "occurred_precision",
        "value",
        "unit",
        "status",
        "form",
        "pointer",
        "entry",
        "institution",
        "actor",
    ),
)


def page(body: Shown, lines: Lines, kind: str, path: str, limit: int, format: str | None) -> Response:
    """A page of a list, with a link to the next. kind: json, ndjson or csv; format: as it was asked for."""
    if kind == "json":
        return listed(body, path, limit, format)
    return _lines(body, lines, kind, page_headers(body, path, limit, format))


def whole(body: Shown, lines: Lines, kind: str) -> Response:
    """A list that has one page only."""
    return shown(body) if kind == "json" else _lines(body, lines, kind, page_headers(body))


def _lines(body: Shown, lines: Lines, kind: str, headers: Mapping[str, str]) -> Response:
    rows = json.loads(body.body)[lines.name]
    told = {"rows": rows if kind == "ndjson" else [dict(_flat(row)) for row in rows]}
    return spreadsheet.answer(told, lines.columns, kind, headers)


def _flat(row: Mapping[str, object], name: str = "") -> Iterator[tuple[str, object]]:
    """The values by the names of their columns; of a list its texts, with a blank between."""
    for key, value in row.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{name}{key}_")
        else:
            yield f"{name}{key}", " ".join(map(str, value)) if isinstance(value, list) else value
