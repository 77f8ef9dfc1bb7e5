"""The readable report of a package: one HTML file in Chinese and English, and a PDF where one can be made."""

import html
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from typing import Final

import orjson

from evidence.canonical import Json
from evidence.package.contents import Contents, Sealed, Typeset, Words
from evidence.package.report_words import (
    KEYS,
    LABELS,
    NOT_NORMATIVE,
    PDF,
    PDF_MADE,
    TITLE,
    WITHHELD,
    completeness,
    independence,
)

PIECE = 1 << 20
MOST_TYPESET: Final = 2_000  # events: a longer PDF would need all of a machine's memory
TOO_LONG: Final[Words] = (f"未生成：超过 {MOST_TYPESET} 个事件", f"not made: more than {MOST_TYPESET} events")
STYLE: Final = """
body{font:15px/1.5 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif}
body{max-width:60em;margin:2em auto;padding:0 1em}
.trust{border:2px solid #a33;padding:1em;margin:1em 0}
.en{color:#444}
article{border-top:1px solid #ccc;padding:.6em 0}
dl{margin:.2em 0 .2em 1em}
dt{float:left;clear:left;margin-right:.6em;color:#555}
dd{margin-left:9em;overflow-wrap:anywhere}
.hash{font:12px monospace;color:#666;overflow-wrap:anywhere}
.withheld{color:#a33}
@media print{article{break-inside:avoid}}
"""
SAFE: Final = "default-src 'none'; style-src 'unsafe-inline'"


class Report:
    """Takes the events one after the other, and is finished when what they add up to is known."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._stack = ExitStack()
        self._rows = self._stack.enter_context(tempfile.TemporaryFile())
        self._typed: list[dict[str, Json]] | None = []
        self.pdf = ""  # "made", or why there is none

    def __enter__(self) -> "Report":
        return self

    def __exit__(self, *told: object) -> None:
        self._stack.close()

    def add(self, event: Sealed) -> None:
        """One event."""
        told = orjson.loads(event.envelope)
        shown = {name: _read(part.value) for name, part in sorted(event.shown.items())}
        self._rows.write(_article(event, told, shown).encode())
        if self._typed is not None:
            self._typed.append(_typed(event, told, shown))
            if len(self._typed) > MOST_TYPESET:
                self._typed = None

    def finish(self, scope: Mapping[str, Json]) -> Iterator[tuple[str, Iterable[bytes]]]:
        """The files, each by its path under data/."""
        made = self._typeset(scope)
        self.pdf = made.why_not[1] if made.why_not else "made"
        yield "report.html", self._html(scope, made.why_not or PDF_MADE)
        if made.data:
            yield "report.pdf", [made.data]

    def _typeset(self, scope: Mapping[str, Json]) -> Typeset:
        if self._typed is None:
            return Typeset(why_not=TOO_LONG)
        report: dict[str, Json] = {"title": [*TITLE], "events": [*self._typed]}
        report["trust"] = [[*one] for one in _trust(self._contents)]
        report["head"] = [[*one] for one in _head(self._contents, scope)]
        report["issued_at"] = scope.get("issued_at")
        return self._contents.typeset(report)

    def _html(self, scope: Mapping[str, Json], pdf: Words) -> Iterator[bytes]:
        rows = "".join(
            f"<dt>{_both((zh, en))}</dt><dd>{_text(value)}</dd>"
            for zh, en, value in _head(self._contents, scope)
        )
        rows += f"<dt>{_both(PDF)}</dt><dd>{_both(pdf)}</dd>"
        trust = "".join(f"<p>{_both(words)}</p>" for words in _trust(self._contents))
        yield (
            '<!DOCTYPE html>\n<html lang="zh"><head><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{SAFE}">'
            f"<title>{TITLE[0]} {TITLE[1]}</title><style>{STYLE}</style></head><body>\n"
            f'<h1>{_both(TITLE)}</h1>\n<div class="trust">{trust}</div>\n<dl>{rows}</dl>\n'
        ).encode()
        self._rows.seek(0)
        while piece := self._rows.read(PIECE):
            yield piece
        yield b"</body></html>\n"


def _trust(contents: Contents) -> list[Words]:
    return [*independence(contents), KEYS, NOT_NORMATIVE]


def _head(contents: Contents, scope: Mapping[str, Json]) -> list[tuple[str, str, str]]:
    """Each label, Chinese and English, and its value."""
    told = [(*LABELS[name], str(scope[name])) for name in LABELS if scope.get(name) is not None]
    streams = scope["streams"]
    for one in streams if isinstance(streams, list) else []:
        if isinstance(one, dict):
            reach = f"{one['name']} {one['stream']}: {one['first']}–{one['last']}"
            told.append(("事件流", "Stream", f"{reach}; {completeness(one['complete_up_to'])}"))
    return told


def _article(event: Sealed, told: Mapping[str, Json], shown: Mapping[str, Json]) -> str:
    """One event as HTML. Whatever comes from outside goes through _text."""
    words = _both((event.words.get("zh", ""), event.words.get("en", "")))
    parts = "".join(f"<dt>{_text(name)}</dt><dd>{_value(value)}</dd>" for name, value in shown.items())
    hidden = "".join(
        f'<dt>{_text(name)}</dt><dd class="withheld">{_both(WITHHELD.get(why, (why, why)))}</dd>'
        for name, why in sorted(event.withheld.items())
    )
    return (
        f"<article><h3>{event.index + 1} · {_text(told['at'])}</h3><p>{words}</p><dl>{parts}{hidden}</dl>"
        f'<p class="hash">{_text(told["topic"])} · {_text(told["stream"])} · {_text(told["version"])} · '
        f"{_text(told['event'])}</p></article>\n"
    )


def _typed(event: Sealed, told: Mapping[str, Json], shown: Mapping[str, Json]) -> dict[str, Json]:
    """One event for the PDF."""
    lines: list[Json] = [[path, value] for name, part in shown.items() for path, value in _flat(name, part)]
    lines += [[name, " ".join(WITHHELD.get(why, (why, "")))] for name, why in sorted(event.withheld.items())]
    words: list[Json] = [event.words.get("zh", ""), event.words.get("en", "")]
    return {
        "position": event.index + 1,
        "at": told["at"],
        "topic": told["topic"],
        "words": words,
        "lines": lines,
    }


def _flat(name: str, value: Json) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}", inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _flat(f"{name}.{index}", inner)
    elif value is not None:
        yield name, str(value)


def _read(value: bytes) -> Json:
    """What a part says; of one that is no JSON only how long it is."""
    try:
        told: Json = orjson.loads(value)
    except orjson.JSONDecodeError:
        return f"{len(value)} bytes"
    return told


def _value(value: Json) -> str:
    if isinstance(value, dict):
        inner = "".join(f"<dt>{_text(name)}</dt><dd>{_value(one)}</dd>" for name, one in value.items())
        return f"<dl>{inner}</dl>"
    if isinstance(value, list):
        return "<ol>" + "".join(f"<li>{_value(one)}</li>" for one in value) + "</ol>"
    return "—" if value is None else _text(value)


def _both(words: Words) -> str:
    zh, en = words
    return f'{_text(zh)} <span class="en" lang="en">{_text(en)}</span>'


def _text(value: object) -> str:
    return html.escape(str(value))
