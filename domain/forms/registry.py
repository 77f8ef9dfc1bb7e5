"""The forms by name and edition, and what each does: check content, warn, describe itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from pydantic import ValidationError

from domain.errors import ContentRefused, FieldProblem, RecordError
from domain.forms.describe import describe
from domain.forms.model import Block
from domain.forms.problems import problems
from domain.scalars import JsonObject
from domain.values import FormRef, digest

FormRefused = ContentRefused  # the name by which callers of this package know it


class FormUnknown(RecordError):
    """No form has that name, or none of it that edition."""

    code = "form-unknown"
    title = "There is no such form or edition of it."


@dataclass(frozen=True)
class Form:
    """One edition of a form. Editions are added, never changed: the digest is written into every entry."""

    name: str
    edition: str
    title: str
    source: str
    valid_from: date
    model: type[Block]
    example: JsonObject = field(repr=False)

    @cached_property
    def description(self) -> JsonObject:
        """All that the form checks, as data: fields with their rules, and the rules across fields."""
        return {
            "name": self.name,
            "edition": self.edition,
            "title": self.title,
            "source": self.source,
            **describe(self.model),
        }

    @cached_property
    def digest(self) -> str:
        """SHA-256, hex, of the description. Not of pydantic's JSON schema, which its releases may change."""
        return digest(self.description)

    @cached_property
    def ref(self) -> FormRef:
        return FormRef(name=self.name, edition=self.edition, digest=self.digest)

    def check(self, content: object) -> JsonObject:
        """The content as stored: JSON-shaped, no floats, digits kept as given, empty (null) fields left out.

        Raises FormRefused with a problem per refused field: a JSON pointer and what is accepted there.
        """
        return self._read(content).model_dump(mode="json", exclude_none=True)

    def warnings(self, content: object) -> list[FieldProblem]:
        """What is accepted but worth a second look, such as a BMI that height and weight do not give."""
        return list(self._read(content).oddities())

    def json_schema(self) -> JsonObject:
        """JSON Schema of the content, for OpenAPI; not part of the digest."""
        return self.model.model_json_schema()

    def _read(self, content: object) -> Block:
        try:
            return self.model.model_validate(content)
        except ValidationError as refusal:
            told = problems(refusal)
            # from None: the cause would carry the values
            raise FormRefused(told, form=self.name, edition=self.edition) from None


class Registry:
    """Forms, looked up by name and edition or by name and date."""

    def __init__(self, forms: Iterable[Form]) -> None:
        self._forms = {(form.name, form.edition): form for form in forms}
        self._editions: dict[str, list[Form]] = {}  # by name, oldest first
        for form in sorted(self._forms.values(), key=lambda form: form.valid_from):
            self._editions.setdefault(form.name, []).append(form)

    def get(self, name: str, edition: str) -> Form:
        """Raises FormUnknown."""
        try:
            return self._forms[name, edition]
        except KeyError:
            raise FormUnknown from None

    def current(self, name: str, on: date) -> Form:
        """The newest edition valid on the day; before the first edition, the first.

        Care from before a form existed is written on the oldest edition held. Raises FormUnknown.
        """
        if name not in self._editions:
            raise FormUnknown
        oldest, *later = self._editions[name]
        return next((form for form in reversed(later) if form.valid_from <= on), oldest)

    def names(self) -> list[str]:
        return sorted(self._editions)

    def __iter__(self) -> Iterator[Form]:
        return iter(self._forms.values())
