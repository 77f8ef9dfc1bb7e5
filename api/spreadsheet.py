"""A list as JSON, as NDJSON, or as CSV for a spreadsheet."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Final

from starlette.responses import Response

from api.answers import JSON
from api.problems import Refusal
from evidence import canonical

NDJSON: Final = "application/x-ndjson"
CSV: Final = "text/csv; charset=utf-8"
FORMATS: Final[Mapping[str, str]] = {"json": JSON, "ndjson": NDJSON, "csv": CSV}
# What a spreadsheet would take for a formula, and the blanks behind which it would still find one.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BOM: Final = b"\xef\xbb\xbf"  # without it a spreadsheet takes Chinese for something else

Row = Mapping[str, object]


def chosen(format: str | None, accept: str | None) -> str:
    """json, ndjson or csv: as the parameter says, else the first of Accept that we have, else json.

    Raises Refusal parameter-refused.
    """
    if format is not None:
        if format not in FORMATS:
            raise Refusal("parameter-refused", parameter="format")
        return format
    asked = [one.partition(";")[0].strip().lower() for one in (accept or "").split(",")]
    types = {kind.partition(";")[0]: name for name, kind in FORMATS.items()}
    return next((types[one] for one in asked if one in types), "json")


def answer(
    whole: Mapping[str, object], columns: Sequence[str], format: str, headers: Mapping[str, str]
) -> Response:
    """The list in its format. whole: the JSON answer, its lines under "rows"; columns: those of the CSV."""
    rows: Sequence[Row] = whole["rows"]  # type: ignore[assignment]  # every list has them
    if format == "json":
        body = canonical.encode(whole)
    elif format == "ndjson":
        body = b"".join(canonical.encode(row) + b"\n" for row in rows)
    else:
        body = as_csv(rows, columns)
    return Response(body, 200, dict(headers), media_type=FORMATS[format])


def as_csv(rows: Sequence[Row], columns: Sequence[str]) -> bytes:
    """UTF-8 with a mark, CRLF, a heading (RFC 4180). No cell can be taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return BOM + text.getvalue().encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return f"'{text}" if text.lstrip(" 　").startswith(FORMULA) or text.startswith(FORMULA) else text
