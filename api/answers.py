"""Answers as bytes. A repeated request gets the same bytes as the first time, and a header that says so."""

from collections.abc import Mapping, Sequence
from typing import Final

from starlette.responses import Response

from api.problems import etag
from api.service import Service
from domain.ports import Answer, Stored
from domain.requests import Shown
from evidence import canonical
from store import clock

JSON: Final = "application/json"


def kept(service: Service, stored: Stored, **names: object) -> dict[str, object]:
    """What a command is answered: the names it is about, where the event lies, and the receipt."""
    return {
        **{name: value if isinstance(value, list | str) else str(value) for name, value in names.items()},
        "event": str(stored.event),
        "version": stored.version,
        "position": stored.position,
        "recorded_at": clock.text(clock.from_datetime(stored.recorded_at)),
        "receipt": service.receipt(stored),
    }


def last(answer: Answer) -> Stored:
    """The newest event of the stream that the command is about, which is its first event's."""
    return [one for one in answer.stored if one.stream == answer.stored[0].stream][-1]


def created(service: Service, answer: Answer, location: str | None, **names: object) -> Response:
    """201: stored, with its receipt.

    location: where to read what was written, a path of ids; None: it cannot be read under an address of its
    own (an institution), and then there is nothing that an entity tag could be compared with either.
    """
    stored = last(answer)
    headers = {"Location": location, "ETag": etag(stored.version)} if location else {}
    if answer.repeated:
        headers["Idempotent-Replayed"] = "true"
    return Response(canonical.encode(kept(service, stored, **names)), 201, headers, media_type=JSON)


def shown(body: Shown) -> Response:
    """200: exactly the bytes whose digest the access event carries."""
    headers = {"ETag": etag(body.version), **_folded(body)}
    return Response(body.body, 200, headers, media_type=JSON)


def listed(body: Shown, path: str, limit: int, format: str | None = None) -> Response:
    """200: a page of a list. path: of ids; limit, format: asked for."""
    return Response(body.body, 200, page_headers(body, path, limit, format), media_type=JSON)


def page_headers(body: Shown, path: str = "", limit: int = 0, format: str | None = None) -> dict[str, str]:
    """Where the list was folded, and a link to the next page (RFC 8288).

    Without an entity tag: that is the record's version, and a page of a list is not the record.
    """
    headers = _folded(body)
    if body.cursor:
        asked = f"limit={limit}&cursor={body.cursor}" + (f"&format={format}" if format else "")
        headers["Link"] = f'<{path}?{asked}>; rel="next"'
    return headers


def _folded(body: Shown) -> dict[str, str]:
    return {"Log-Position": str(body.position), "View-Edition": body.edition}


def told(content: Mapping[str, object] | Sequence[object]) -> Response:
    """200 with a JSON answer in the canonical profile."""
    return Response(canonical.encode(content), 200, media_type=JSON)
