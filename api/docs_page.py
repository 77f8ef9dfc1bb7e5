"""The OpenAPI document as one plain page. No script and nothing fetched: it works in a closed network."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #ccc }
code, pre { font: 13px/1.45 ui-monospace, monospace }
pre { background: #f6f6f4; padding: .7rem; overflow-x: auto }
summary { cursor: pointer; padding: .3rem 0 }
details > * + * { margin-left: 1rem }
td, th { text-align: left; vertical-align: top; padding: .15rem .8rem .15rem 0 }
.method { display: inline-block; width: 3.5rem; font-weight: 600 }
"""
LONGEST_EXAMPLE = 6_000  # characters; the whole stands in /openapi.json and under /v1/forms

Document = Mapping[str, Any]  # parsed JSON


def page(document: Document) -> str:
    """The whole page."""
    title = escape(document["info"]["title"])
    return "".join(
        [
            '<!doctype html><html lang="en"><meta charset="utf-8">',
            f"<title>{title}</title><style>{STYLE}</style>",
            f"<h1>{title}</h1><p>{escape(document['info']['description'])}</p>",
            '<p><a href="/openapi.json">OpenAPI document</a> · <a href="/v1/forms">Forms</a> · ',
            '<a href="/problems">Problems</a></p>',
            *_sections(document),
            "</html>",
        ]
    )


def _sections(document: Document) -> Iterator[str]:
    by_tag: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            shown = "".join(_operation(method.upper(), path, operation, document))
            by_tag.setdefault(operation.get("tags", ["other"])[0], []).append(shown)
    for tag, shown_all in by_tag.items():
        yield f"<h2>{escape(tag)}</h2>{''.join(shown_all)}"


def _operation(method: str, path: str, operation: Document, document: Document) -> Iterator[str]:
    yield f'<details><summary><span class="method">{method}</span> <code>{escape(path)}</code> — '
    yield f"{escape(operation.get('summary', ''))}</summary><p>{escape(operation.get('description', ''))}</p>"
    yield from _parameters(operation)
    yield from _body(operation.get("requestBody", {}), document)
    yield "<table><tr><th>answer<th>"
    for status, told in operation["responses"].items():
        yield f"<tr><td>{escape(status)}<td>{escape(told['description'])}"
    yield "</table></details>"


def _parameters(operation: Document) -> Iterator[str]:
    parameters = [one for one in operation.get("parameters", []) if one["in"] != "path"]
    if parameters:
        yield "<table><tr><th>parameter<th>in<th><th>"
        for one in parameters:
            needed = "required" if one.get("required") else ""
            yield f"<tr><td><code>{escape(one['name'])}</code><td>{escape(one['in'])}<td>{needed}"
            yield f"<td>{_about(one)}"
        yield "</table>"


def _body(body: Document, document: Document) -> Iterator[str]:
    for media_type, content in body.get("content", {}).items():
        yield from _fields(content.get("schema", {}), document)
        examples = {name: one["value"] for name, one in content.get("examples", {}).items()}
        if "example" in content:
            examples["one line"] = content["example"]
        for name, example in examples.items():
            text = json.dumps(example, ensure_ascii=False, indent=1)[:LONGEST_EXAMPLE]
            yield f"<details><summary>{escape(media_type)}: {escape(name)}</summary>"
            yield f"<pre>{escape(text)}</pre></details>"


def _fields(schema: Document, document: Document) -> Iterator[str]:
    """The fields of a body's model."""
    name = schema.get("$ref", "").rpartition("/")[2]
    model = document["components"]["schemas"].get(name, {})
    if "properties" in model:
        yield "<table><tr><th>field<th><th>"
        yield from _rows(model, document, "")
        yield "</table>"


def _rows(model: Document, document: Document, within: str) -> Iterator[str]:
    """The fields of a model, and behind each those of the model it holds."""
    for field, told in model["properties"].items():
        needed = "required" if field in model.get("required", []) else ""
        yield f"<tr><td><code>{escape(within + field)}</code><td>{needed}<td>{_about(told)}"
        for schema in _schemas(told):
            inner = document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {})
            if "properties" in inner:
                yield from _rows(inner, document, f"{within}{field}.")


def _schemas(told: Document) -> Iterator[Document]:
    """The schema itself, its alternatives, and what its items are."""
    yield told
    for one in told.get("anyOf", []):
        yield from _schemas(one)
    if "items" in told:
        yield from _schemas(told["items"])


def _about(told: Document) -> str:
    """The description, and the whole list of a coded value."""
    said = str(told.get("description") or told.get("title") or "")
    lists = [", ".join(one["enum"]) for one in _schemas(told.get("schema", told)) if "enum" in one]
    return escape("; ".join([*([said] if said else []), *(f"one of: {one}" for one in lists)]))
