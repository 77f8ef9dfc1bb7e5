"""What a record must remember to decide: no more than its commands ask for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias, TypedDict, cast
from uuid import UUID

from domain.sensitivity import joined
from domain.values import JsonObject, JsonValue, Occurred, earliest

Telling: TypeAlias = list[str | None]
"""An entry, the birth date and sex it told, and when it occurred at the earliest (ISO 8601, UTC)."""


class Party(NamedTuple):
    """Whose act began or moved an entry about access, by what tells one person from another."""

    part: str  # "begun", or the name of the sequel
    actor: str | None  # a practitioner's id; None of who speaks as the resident
    login: str  # "issuer subject"

    def is_same_person(self, other: "Party") -> bool:
        return self.login == other.login or (self.actor is not None and self.actor == other.actor)


class EntryState(NamedTuple):
    """One entry as decisions see it. Replaced, never changed: copies of a state share their entries."""

    kind: str  # the collection it stands in
    form: str
    version: int  # the record's version that brought it
    occurred: Occurred  # as told, or as corrected: by its day the edition of a correction is chosen
    subject: str | None = None  # programme or substance, where one may be active only once
    state: str = "active"  # as domain.sequels moves it
    kept: JsonObject | None = None  # of its content, what later decisions look at
    corrections: tuple[str, ...] = ()
    retracted: bool = False
    misfiled: bool = False
    is_moved: bool = False  # misfiled, and written into the right record
    is_filed: bool = False
    is_external: bool = False  # from an institution that did not keep the record then
    ended: Occurred | None = None  # when what it is the subject of was over: an exit from a programme
    parties: tuple[Party, ...] = ()  # of an entry about access: who began it, and who moved it since
    since: str | None = None  # the instant (UTC) from which a term of hours is counted
    sensitivity: str | None = None  # as domain.sensitivity has it, of all that it ever said
    is_erased: bool = False  # a document whose bytes were erased by order
    options: str | None = None  # the classes that options of its forms told, ever; as `sensitivity`

    @property
    def stands(self) -> bool:
        return not (self.retracted or self.misfiled)


class Link(NamedTuple):
    """What ties the record to a person: a document, a temporary identity, or a login."""

    kind: str
    value: str | None = None  # the 18-character number, if it bears one; of a login "issuer subject"
    birth_date: str | None = None  # as the number tells it
    sex: str | None = None

    @property
    def is_login(self) -> bool:
        return self.kind == "login"


@dataclass
class RecordState:
    """The fold of a record's events. Changed by `apply` only."""

    number: str = ""
    former_numbers: list[str] = field(default_factory=list)
    custodian: str = ""
    access_stream: str = ""
    opened_unborn: bool = False
    closed_since: Occurred | None = None  # when the closing occurred, as told
    closed_because: str | None = None
    merged_into: str | None = None
    absorbed: list[str] = field(default_factory=list)  # records merged into this one
    birth_date: str | None = None  # from the ID number, else from the forms that tell it
    sex: str | None = None
    told: list[Telling] = field(default_factory=list)  # what forms told of the person
    links: dict[str, Link] = field(default_factory=dict)  # that stand, by their events, in order of linking
    unlinked: list[str] = field(default_factory=list)  # those that were wrong
    consented_at: int = 0  # the version at which consent was last given
    enrolments: dict[str, str] = field(default_factory=dict)  # programme -> entry
    allergies: dict[str, str] = field(default_factory=dict)  # substance -> entry
    entries: dict[str, EntryState] = field(default_factory=dict)
    is_erased: bool = False  # by order: nothing but who kept it is known any more

    def link(self, event_id: UUID, link: Link) -> None:
        self.links[str(event_id)] = link
        self._believe()

    def unlink(self, event_id: UUID) -> None:
        """Forget whose it was; that it was wrong stays."""
        del self.links[str(event_id)]
        self.unlinked.append(str(event_id))
        self._believe()

    @property
    def identities(self) -> list[str]:
        """The kinds of the documents, in order of linking."""
        return [one.kind for one in self.links.values() if not one.is_login]

    @property
    def identity_numbers(self) -> list[str]:
        """The 18-character numbers of linked documents."""
        return [one.value for one in self.links.values() if one.value is not None and not one.is_login]

    @property
    def logins(self) -> list[str]:
        """As "issuer subject"."""
        return [one.value for one in self.links.values() if one.value is not None and one.is_login]

    def tell_person(
        self, event_id: UUID, birth_date: str | None, sex: str | None, occurred: Occurred | None
    ) -> None:
        """What a form tells, until an identity number tells it. occurred: None for as before."""
        key = str(event_id)
        begins = earliest(occurred).isoformat() if occurred else ""
        begins = begins or next(one[3] or "" for one in self.told if one[0] == key)
        self.told = [one for one in self.told if one[0] != key]
        self.told.append([key, birth_date, sex, begins])
        self._believe()

    def active(self, kind: str) -> dict[str, str] | None:
        """Where the subjects of this kind of entry are kept, if one may be active only once."""
        return {"programmes": self.enrolments, "allergies": self.allergies}.get(kind)

    def entry(self, event_id: UUID) -> EntryState | None:
        return self.entries.get(str(event_id))

    def standing(self, *kinds: str) -> Iterator[EntryState]:
        """The entries of these collections that count."""
        return (entry for entry in self.entries.values() if entry.kind in kinds and entry.stands)

    @property
    def is_unborn(self) -> bool:
        """Whether the record was opened before birth, and none stands on it yet."""
        return self.opened_unborn and not any(self.standing("births"))

    @property
    def is_withdrawn(self) -> bool:
        """Whether consent was withdrawn, and not given again since."""
        return any(one.version > self.consented_at for one in self.standing("consent-withdrawals"))

    @property
    def masked(self) -> frozenset[UUID]:
        """What no view may show: misfiled entries, and whose a link was that is undone."""
        misfiled = (key for key, entry in self.entries.items() if entry.misfiled)
        return frozenset(UUID(key) for key in (*misfiled, *self.unlinked))

    def add(self, event_id: UUID, entry: EntryState) -> None:
        key = str(event_id)
        self.entries[key] = entry
        self._activate(key, entry)

    def follow(self, event_id: UUID, becomes: str | None, occurred: Occurred) -> None:
        """Bring the entry into another state; what is not active any more may begin anew."""
        if becomes is not None:
            key = str(event_id)
            ended = occurred if self.entries[key].subject is not None else None
            self.entries[key] = entry = self.entries[key]._replace(state=becomes, ended=ended)
            self._deactivate(key, entry)

    def take_part(self, event_id: UUID, party: Party) -> None:
        """Remember whose act brought an entry about access where it is now."""
        key = str(event_id)
        entry = self.entries[key]
        self.entries[key] = entry._replace(parties=(*entry.parties, party))

    def guard(self, event_id: UUID, sensitivity: str | None, options: str | None) -> None:
        """What an entry is of, with what is said of it now; it stays of what it was of before."""
        key = str(event_id)
        entry = self.entries[key]
        of = joined(entry.sensitivity, sensitivity), joined(entry.options, options)
        if of != (entry.sensitivity, entry.options):
            self.entries[key] = entry._replace(sensitivity=of[0], options=of[1])

    def carry_out(self, order: UUID, documents: list[str]) -> None:
        """An order to erase was carried out on these documents."""
        self.entries[str(order)] = self.entries[str(order)]._replace(state="carried-out")
        for key in documents:
            self.entries[key] = self.entries[key]._replace(is_erased=True)

    def file(self, event_id: UUID) -> None:
        key = str(event_id)
        self.entries[key] = self.entries[key]._replace(is_filed=True)

    def correct(
        self,
        event_id: UUID,
        by: UUID,
        *,
        form: str,
        subject: str | None,
        kept: JsonObject | None,
        occurred: Occurred | None,
    ) -> None:
        """occurred: None for as before."""
        key = str(event_id)
        entry = self.entries[key]
        self._deactivate(key, entry)
        by_now = (*entry.corrections, str(by))
        when = occurred or entry.occurred
        entry = entry._replace(form=form, subject=subject, kept=kept, corrections=by_now, occurred=when)
        self.entries[key] = entry
        if entry.state == "active":
            self._activate(key, entry)

    def retract(self, event_id: UUID) -> None:
        key = str(event_id)
        self.entries[key] = self.entries[key]._replace(retracted=True)
        self._drop(event_id)

    def misfile(self, event_id: UUID, *, is_moved: bool) -> None:
        key = str(event_id)
        entry = self.entries[key]
        self.entries[key] = entry._replace(misfiled=True, is_moved=entry.is_moved or is_moved, kept=None)
        self._drop(event_id)

    def _drop(self, event_id: UUID) -> None:
        self._deactivate(str(event_id), self.entries[str(event_id)])
        if any(one[0] == str(event_id) for one in self.told):
            self.told = [one for one in self.told if one[0] != str(event_id)]
            self._believe()

    def _believe(self) -> None:
        """As an identity number tells; else each as the latest form to occur says that tells it.

        As every view does; of equals the newer.
        """
        for one in reversed(self.links.values()):
            if one.birth_date is not None:
                self.birth_date, self.sex = one.birth_date, one.sex
                return
        newest = sorted(self.told, key=self._when_told, reverse=True)
        self.birth_date = next((one[1] for one in newest if one[1]), None)
        self.sex = next((one[2] for one in newest if one[2]), None)

    def _when_told(self, one: Telling) -> tuple[str, int]:
        return one[3] or "", self.entries[one[0] or ""].version

    def _activate(self, event_id: str, entry: EntryState) -> None:
        """The first stays the active one: what another institution adds beside it replaces nothing."""
        if entry.subject is not None and (active := self.active(entry.kind)) is not None:
            active.setdefault(entry.subject, event_id)

    def _deactivate(self, event_id: str, entry: EntryState) -> None:
        if entry.subject is not None and (active := self.active(entry.kind)) is not None:
            if active.get(entry.subject) == event_id:
                del active[entry.subject]

    def copy(self) -> "RecordState":
        """The same state, to be changed without changing this one."""
        twin = RecordState()
        vars(twin).update(
            {name: held.copy() if type(held) in (list, dict) else held for name, held in vars(self).items()}
        )
        return twin

    def to_json(self) -> JsonObject:
        """For a snapshot, to be encoded at once. Entries and links as rows: ids are no keys there."""
        plain = cast(JsonObject, vars(self.copy()))
        plain["links"] = [[*link, event_id] for event_id, link in self.links.items()]
        plain["entries"] = [[*_plain(entry), event_id] for event_id, entry in self.entries.items()]
        plain["enrolments"] = [list[JsonValue](pair) for pair in self.enrolments.items()]
        plain["allergies"] = [list[JsonValue](pair) for pair in self.allergies.items()]
        return plain

    @classmethod
    def from_json(cls, value: JsonObject) -> "RecordState":
        """The inverse of to_json. Takes `value` over: it belongs to the state from now on."""
        plain = cast(_Plain, value)
        state = cls()
        vars(state).update(plain)
        state.enrolments, state.allergies = dict(plain["enrolments"]), dict(plain["allergies"])
        state.entries = {row.pop(): _entry(row) for row in plain["entries"]}
        state.links = {str(row.pop()): Link._make(row) for row in plain["links"]}
        return state


_CORRECTIONS, _PARTIES = EntryState._fields.index("corrections"), EntryState._fields.index("parties")


def _plain(entry: EntryState) -> list[JsonValue]:
    fields = list[Any](entry)  # Any: of as many types as it has fields
    fields[_CORRECTIONS] = list(entry.corrections)
    fields[_PARTIES] = [list(party) for party in entry.parties]
    return fields


def _entry(fields: list[Any]) -> EntryState:  # Any: as above
    fields[_CORRECTIONS] = tuple(fields[_CORRECTIONS])
    fields[_PARTIES] = tuple(Party._make(party) for party in fields[_PARTIES])
    return EntryState._make(fields)


class _Plain(TypedDict):
    """The parts of a snapshot whose shape differs from the state's."""

    entries: list[list[Any]]  # EntryState's fields and the id, as to_json wrote them
    links: list[list[str | None]]  # Link's fields and the event's id
    enrolments: list[tuple[str, str]]
    allergies: list[tuple[str, str]]
