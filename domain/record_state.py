"""What a record must remember to decide: no more than its commands ask for."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, TypedDict, cast
from uuid import UUID

from domain.values import JsonObject, JsonValue, Occurred


@dataclass
class EntryState:
    """One entry as decisions see it."""

    kind: str  # the collection it stands in
    form: str
    version: int  # the record's version that brought it
    subject: str | None = None  # programme or substance, where one may be active only once
    corrections: list[str] = field(default_factory=list)
    retracted: bool = False


@dataclass
class RecordState:
    """The fold of a record's events. Changed by `apply` only."""

    number: str = ""
    custodian: str = ""
    access_stream: str = ""
    closed_since: Occurred | None = None  # when the closing occurred, as told
    closed_because: str | None = None
    birth_date: str | None = None  # from the ID number, else from the basic information
    sex: str | None = None
    identity_numbers: list[str] = field(default_factory=list)  # 18-character numbers of linked documents
    consented: bool = False
    identities: list[str] = field(default_factory=list)  # kinds only, in order of linking
    logins: list[str] = field(default_factory=list)  # "issuer subject"
    enrolments: dict[str, str] = field(default_factory=dict)  # programme -> entry
    allergies: dict[str, str] = field(default_factory=dict)  # substance -> entry
    entries: dict[str, EntryState] = field(default_factory=dict)

    def know_person(self, birth_date: str | None, sex: str | None) -> None:
        """What a form tells about the person counts until an identity number tells it."""
        if not self.identity_numbers:
            self.birth_date, self.sex = birth_date, sex

    def active(self, kind: str) -> dict[str, str] | None:
        """Where the subjects of this kind of entry are kept, if one may be active only once."""
        return {"programmes": self.enrolments, "allergies": self.allergies}.get(kind)

    def entry(self, event_id: UUID) -> EntryState | None:
        return self.entries.get(str(event_id))

    def add(self, event_id: UUID, entry: EntryState) -> None:
        self.entries[str(event_id)] = entry
        self._activate(str(event_id), entry)

    def correct(self, event_id: UUID, by: UUID, form: str, subject: str | None) -> None:
        entry = self.entries[str(event_id)]
        self._deactivate(str(event_id), entry)
        entry.form, entry.subject = form, subject
        entry.corrections.append(str(by))
        self._activate(str(event_id), entry)

    def retract(self, event_id: UUID) -> None:
        entry = self.entries[str(event_id)]
        self._deactivate(str(event_id), entry)
        entry.retracted = True

    def _activate(self, event_id: str, entry: EntryState) -> None:
        active = self.active(entry.kind)
        if active is not None and entry.subject is not None:
            active[entry.subject] = event_id

    def _deactivate(self, event_id: str, entry: EntryState) -> None:
        active = self.active(entry.kind)
        if active is not None and entry.subject is not None and active.get(entry.subject) == event_id:
            del active[entry.subject]

    def to_json(self) -> JsonObject:
        """For a snapshot. Entries as a list: ids are no keys of the canonical profile."""
        plain = cast(JsonObject, {**vars(self)})
        plain["entries"] = [{"id": event_id, **vars(entry)} for event_id, entry in self.entries.items()]
        plain["enrolments"] = [list[JsonValue](pair) for pair in self.enrolments.items()]
        plain["allergies"] = [list[JsonValue](pair) for pair in self.allergies.items()]
        return deepcopy(plain)

    @classmethod
    def from_json(cls, value: JsonObject) -> "RecordState":
        """The inverse of to_json; does not keep hold of `value`."""
        plain = cast(_Plain, deepcopy(value))
        state = cls()
        vars(state).update(plain)
        state.enrolments, state.allergies = dict(plain["enrolments"]), dict(plain["allergies"])
        state.entries = {entry.pop("id"): EntryState(**entry) for entry in plain["entries"]}
        return state


class _Plain(TypedDict):
    """The parts of a snapshot whose shape differs from the state's."""

    entries: list[dict[str, Any]]  # EntryState's fields and "id", as to_json wrote them
    enrolments: list[tuple[str, str]]
    allergies: list[tuple[str, str]]
