"""docs/forms.md, written from the forms: `python -m domain.forms.table > docs/forms.md`."""

from collections.abc import Iterable, Iterator

from domain.forms.registry import Form
from domain.scalars import JsonObject, JsonValue

HEAD = """\
# Forms

Written from `domain/forms` by `python -m domain.forms.table > docs/forms.md`; a test compares the two.

An entry's content satisfies one edition of one form. The edition and its digest are stored with the
entry, so that what was asked of it can be shown for ever; a changed form is a new edition. The digest
is the SHA-256 of the form's description (name, edition, source, every field with its rule, rules across
fields) as sorted JSON.

National forms follow 国家基本公共卫生服务规范（第三版）, 国卫基层发〔2017〕13号; the numbers before the
labels are the options printed on the form. A referral has, beside the fields of the paper, the id of the
receiving institution, the sections it may read and until when. `copd-follow-up` (edition 2024) belongs to the
service that the notice of 2024-09-13 added to the programme; the official text was not re-read, its fields
are by general knowledge, and a form that follows the text will be a later edition. Our own forms (editions
2026 and later) follow a FHIR R4 resource where one fits. `programme-enrolment` has one edition per list of
programmes: 2026 for that of 2017, 2026.2 for that with COPD.

Limits are ours: they refuse the impossible (a slipped point, a swapped unit), not the abnormal. Almost
every field is optional, because old paper is incomplete. The day of an entry is its event's `occurred`,
its author the event's `who`.

Decimals are JSON strings and keep the digits given ("36.60"). Dates are "2026-01-17"; a *partial date*
may also be "2026-01" or "2026". Unknown fields are refused; `null` is the same as leaving a field out.
`/x/*` is a line of the list `x`. A field marked ● is required where its block is filled.

Data beside the forms, both of our own compilation and under the project's licence:
`domain/data/provinces.json` (GB/T 2260 province codes) and `domain/data/value_sets.json` (code systems that a
coding may name: docs/codes.md).
"""


def page(forms: Iterable[Form]) -> str:
    """The whole page, one section per form."""
    return "\n".join([HEAD, *(section(form) for form in forms)])


def section(form: Form) -> str:
    """One form as heading, source, table of fields and rules across fields."""
    lines = [
        f"## {form.name} ({form.title})",
        "",
        f"Edition {form.edition}, valid from {form.valid_from}. {form.source}. Digest `{form.digest}`.",
        "",
        "| field | 名称 | accepted |",
        "|---|---|---|",
        *(_row(pointer, field) for pointer, field in _objects(form.description["fields"])),
        "",
        *_rules(form.description["rules"]),
    ]
    return "\n".join(lines)


def _row(pointer: str, field: JsonObject) -> str:
    required = " ●" if field["required"] else ""
    accepted = "; ".join(part for part in (_accepted(field), _list(field)) if part)
    return f"| `{pointer}`{required} | {field['title']} | {_escaped(accepted)} |"


def _accepted(field: JsonObject) -> str:
    kind = str(field["kind"])
    if kind in ("decimal", "integer"):
        places = f", {field['places']} decimals" if field.get("places") else ""
        return f"{kind} {field['low']} to {field['high']} {field['unit']}".rstrip() + places
    if kind == "code":
        return _codes(field["codes"])
    if kind == "text":
        return f"text, {field['longest']} characters" + (", several lines" if field["lines"] else "")
    pattern = f" `{field['pattern']}`" if "pattern" in field else ""
    return kind.replace("-", " ") + pattern


def _codes(codes: JsonValue) -> str:
    choices = codes.items() if isinstance(codes, dict) else ()
    return ", ".join(f"`{value}` {_label(label)}" for value, label in choices)


def _label(label: JsonValue) -> str:
    name, code = label if isinstance(label, list) else (label, "")
    return f"{code} {name}".strip()


def _list(field: JsonObject) -> str:
    marks = field.get("list")
    if not isinstance(marks, dict):
        return ""
    if "longest" in marks:
        return f"at most {marks['longest']} lines"
    return "several" + (f", `{marks['alone']}` alone" if marks.get("alone") else "")


def _rules(rules: JsonValue) -> Iterator[str]:
    if not isinstance(rules, dict) or not rules:
        return
    yield "Rules across fields:\n"
    for pointer, listed in rules.items():
        for rule in listed if isinstance(listed, list) else ():
            yield f"- `{pointer or '/'}`: {rule}"
    yield ""


def _objects(fields: JsonValue) -> Iterator[tuple[str, JsonObject]]:
    for pointer, field in fields.items() if isinstance(fields, dict) else ():
        if isinstance(field, dict):
            yield pointer, field


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    from domain.forms import registry

    print(page(registry), end="")
