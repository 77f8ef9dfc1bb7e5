"""Finding residents by what people know of them: names, birth date, telephone, village, household, doctor.

A row holds a keyed hash and nothing else, so that the table can be asked for a text but tells none. Record
numbers, cards and identity documents are unique: they are found by the log's claims, not here.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Final
from uuid import UUID

from domain import record_events as events
from domain.entries import FORMS
from domain.scalars import JsonObject, JsonValue
from projections.name_tokens import LONGEST_PREFIX, initials, prefixes
from projections.naming import plain
from projections.projection import Projection, Row, Table, Tokens
from projections.row_security import THE_INSTITUTION
from projections.standing import Standing
from projections.standing_fold import StandingFold, Step

TOKEN_SIZE = 16  # bytes kept of a token: no two texts of one log meet by chance

NAME, NAME_PREFIX, INITIALS, INITIALS_PREFIX = "name", "name-prefix", "initials", "initials-prefix"
BIRTH_DATE, PHONE, VILLAGE, HOUSEHOLD, DOCTOR = "birth-date", "phone", "village", "household", "doctor"
KINDS: Final = (
    NAME,
    NAME_PREFIX,
    INITIALS,
    INITIALS_PREFIX,
    BIRTH_DATE,
    PHONE,
    VILLAGE,
    HOUSEHOLD,
    DOCTOR,
)

# Where the forms tell it. The forms are those that say who the resident is; of the others, only the doctor.
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    NAME: ("/name",),
    BIRTH_DATE: ("/birth_date", "/born_on"),
    PHONE: ("/phone", "/contact_phone", "/mother/phone", "/father/phone"),
    HOUSEHOLD: ("/address", "/registered_address"),
}
DOCTOR_FORMS: Final = ("card", "card-replacement", "care-plan", "health-examination")
TELLING: Final = ("personal-basic-information", "newborn-home-visit", "birth")

# The collection of which a search by each kind tells something. The village stands in the number.
SECTIONS: Final[Mapping[str, str]] = {
    **{kind: "basic-information" for kind in KINDS if kind != VILLAGE},
    DOCTOR: "cards",
}

SEARCH = Table(
    "search",
    {
        "record_id": "uuid",
        "custodian": "uuid",
        "token": "bytea",  # of what kind and which text, keyed
        "is_former": "bool",  # the name of an earlier form, which a newer one superseded
    },
    indexes=("(token, custodian, record_id)",),
    scope=f"custodian = {THE_INSTITUTION}",
)


def token(tokens: Tokens, kind: str, text: str) -> bytes:
    """What stands in the table for a text that is set plain already."""
    return tokens.token(f"search {kind}", text)[:TOKEN_SIZE]


class SearchFold(StandingFold):
    """The tokens of one record."""

    def __init__(self, record: UUID, tokens: Tokens) -> None:
        self._tokens = tokens
        super().__init__(record, keep)

    def note(self, step: Step, entry: Standing | None) -> None:
        """Nothing: what is found is what stands in the end."""

    def rows(self) -> Mapping[str, Collection[Row]]:
        """A token once only, and as a former name only if it is not a present one."""
        custodian = self.resident.custodian
        if custodian is None:
            return {}
        present = {token(self._tokens, kind, text) for kind, text in self._present()}
        former = {token(self._tokens, kind, text) for kind, text in self._former()} - present
        told = [*((one, False) for one in present), *((one, True) for one in former)]
        return {"search": [(self.record, custodian, one, is_former) for one, is_former in told]}

    def _telling(self) -> list[Standing]:
        """The entries that say who the resident is, oldest first."""
        telling = [one for one in self.resident.entries.values() if one.form in TELLING]
        return sorted((one for one in telling if not one.is_retracted), key=lambda one: one.order)

    def _present(self) -> Iterator[tuple[str, str]]:
        """Of each kind what the newest form that tells it says; and where and with whom the record lies."""
        for kind in FIELDS:
            for entry in reversed(self._telling()):
                if found := list(texts_of(kind, entry.content)):
                    yield from found
                    break
        if born := self.resident.identity[0]:
            yield BIRTH_DATE, born
        yield VILLAGE, self.resident.area
        if doctor := self._doctor():
            yield DOCTOR, plain(doctor)

    def _former(self) -> Iterator[tuple[str, str]]:
        for entry in self._telling():
            yield from texts_of(NAME, entry.content)

    def _doctor(self) -> str | None:
        """The responsible doctor, as the newest entry that names one says."""
        naming = [
            one
            for one in self.resident.standing("cards", "care-plans", "examinations")
            if one.content.get("doctor")
        ]
        newest = max(naming, key=lambda one: one.order, default=None)
        return str(newest.content["doctor"]) if newest else None


def keep(form: str, content: JsonObject) -> JsonObject:
    """Of an entry what can be searched for."""
    if form in TELLING:
        return {name: content[name] for name in NEEDED if name in content}
    return {"doctor": content["doctor"]} if form in DOCTOR_FORMS and "doctor" in content else {}


def texts_of(kind: str, content: JsonObject) -> Iterator[tuple[str, str]]:
    """Kinds and texts, set plain, under which a form's field of a kind is found."""
    for pointer in FIELDS[kind]:
        value = _at(content, pointer)
        if isinstance(value, str):
            yield from searched(kind, value)


def searched(kind: str, value: str) -> Iterator[tuple[str, str]]:
    """What a value of a kind is found by."""
    if kind != NAME:
        yield kind, written(kind, value)
        return
    name = written(NAME, value)
    yield NAME, name
    yield from ((NAME_PREFIX, one) for one in prefixes(name))
    for one in initials(value):
        yield INITIALS, one
        yield from ((INITIALS_PREFIX, prefix) for prefix in prefixes(one))


def written(kind: str, value: str) -> str:
    """A value to search for, as it stands behind the tokens."""
    if kind in (NAME_PREFIX, INITIALS_PREFIX):
        return plain(value)[:LONGEST_PREFIX]
    return value if kind == BIRTH_DATE else plain(value)


def _at(content: JsonObject, pointer: str) -> JsonValue:
    value: JsonValue = content
    for name in pointer[1:].split("/"):
        value = value.get(name) if isinstance(value, dict) else None
    return value


NEEDED: Final = frozenset(
    [*(pointer.split("/")[1] for pointers in FIELDS.values() for pointer in pointers), "sex"]
)
_ENTRIES = [kind for kind, forms in FORMS.items() if {*forms} & {*TELLING, *DOCTOR_FORMS}]

PROJECTION = Projection(
    name="search",
    version=1,
    tables=(SEARCH,),
    begin=SearchFold,
    topics=frozenset(
        str(vars(one)["TOPIC"])
        for one in (
            *(events.ENTRIES[kind] for kind in _ENTRIES),
            events.CardReplaced,
            events.Created,
            events.IdentityLinked,
            events.IdentityUnlinked,
            events.NumberGiven,
            events.EntryCorrected,
            events.EntryRetracted,
            events.EntryMisfiled,
        )
    ),
)
