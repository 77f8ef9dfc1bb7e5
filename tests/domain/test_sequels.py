"""What may follow an entry, in which state, by whom: generated from the table, so no row is forgotten."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from domain import errors
from domain import record_errors as refused
from domain.entries import KINDS
from domain.grant_errors import NeverAmended
from domain.record import Record
from domain.record_events import SEQUEL_EVENTS
from domain.sequels import ANY, SEQUELS, has_states, sequel_of
from tests.builders import THERE, act, acting, add, content, fitting, follow, form_ref, record

Row = tuple[str, str]  # a collection, and the name of what follows
ROWS: list[Row] = [(of, name) for of, rows in SEQUELS.items() for name in rows]
OF_A_KIND = [row for row in ROWS if row[0] != ANY]
ABOUT_ACCESS = [name for name, kind in KINDS.items() if kind.is_about_access]
NOBODYS = UUID(int=2**127)


def states(of: str) -> dict[str, list[str]]:
    """Every state the table knows for a collection, and the shortest way there from the beginning."""
    ways: dict[str, list[str]] = {KINDS[of].begins: []}
    for _ in SEQUELS[of]:
        for name, sequel in SEQUELS[of].items():
            for state in sequel.after:
                if state in ways and sequel.becomes:
                    ways.setdefault(sequel.becomes, [*ways[state], name])
    return ways


def cases(*, in_turn: bool) -> Iterator[tuple[str, str, str]]:
    """Every row of the table with each state from which it is, or is not, its turn."""
    for of, name in OF_A_KIND:
        for state in states(of):
            if (state in sequel_of(of, name).after) is in_turn:
                yield of, name, state


def begin(resident: Record, of: str) -> UUID:
    """An entry of the collection, of which any has to be there before."""
    other = add(resident, "encounters")
    if of == "cards":
        add(resident, "basic-information", identity_number=None)
    changes: dict[str, object] = {"to": str(THERE)} if of in ("referrals", "consultations") else {}
    return add(resident, of, None, "2026-06-01", **{**fitting(of, other), **changes})


def brought_to(state: str, of: str) -> tuple[Record, UUID]:
    """A record with an entry in the state."""
    resident = record()
    entry = begin(resident, of)
    for name in states(of)[state]:
        follow(resident, of, name, entry, acting(of, name))
    return resident, entry


def test_every_row_has_its_event_and_every_event_its_row() -> None:
    assert set(SEQUEL_EVENTS) == set(ROWS)
    assert all(set(sequel_of(*row).after) <= set(states(row[0])) for row in OF_A_KIND)


@pytest.mark.parametrize("of, name, state", [*cases(in_turn=True)])
def test_in_its_turn_it_brings_the_entry_into_the_next_state(of: str, name: str, state: str) -> None:
    resident, entry = brought_to(state, of)

    event = follow(resident, of, name, entry, acting(of, name))

    sequel, entries = sequel_of(of, name), resident.state.entries
    assert entries[str(entry)].state == (sequel.becomes or state)
    assert (str(event) in entries) is sequel.begins
    if sequel.begins:
        assert (entries[str(event)].kind, entries[str(event)].state) == (of, KINDS[of].begins)


@pytest.mark.parametrize("of, name, state", [*cases(in_turn=False)])
def test_out_of_turn_it_is_refused_with_the_state_there_is_and_leaves_nothing(
    of: str, name: str, state: str
) -> None:
    resident, entry = brought_to(state, of)
    version = resident.version

    with pytest.raises(refused.OutOfTurn) as refusal:
        follow(resident, of, name, entry, acting(of, name))

    accepted = list(sequel_of(of, name).after)
    assert refusal.value.facts == {"entry": str(entry), "state": state, "accepted": accepted}
    assert (resident.version, resident.state.entries[str(entry)].state) == (version, state)


@pytest.mark.parametrize("of, name", [row for row in ROWS if row[0] not in ABOUT_ACCESS])
def test_nothing_follows_what_does_not_stand(of: str, name: str) -> None:
    kind = "encounters" if of == ANY else of
    resident = record()
    retracted = begin(resident, kind)
    resident.retract(act(), retracted, reason="in error")

    with pytest.raises(errors.EntryRetracted):
        follow(resident, of, name, retracted, acting(of, name))
    resident.misfile(act(), retracted, reason="of another", moved_to=None, moved_entry=None)
    with pytest.raises(refused.EntryMisfiled):
        follow(resident, of, name, retracted, acting(of, name))
    with pytest.raises(errors.UnknownEntry):
        follow(resident, of, name, NOBODYS, acting(of, name))


@pytest.mark.parametrize("kind", ABOUT_ACCESS)
def test_what_was_said_about_access_is_ended_and_never_amended(kind: str) -> None:
    resident = record()
    entry = begin(resident, kind)
    form, filled = KINDS[kind].forms[0], content(KINDS[kind].forms[0], **fitting(kind, entry))
    version = resident.version

    for attempt in (
        lambda: resident.correct(act(), entry, reason="wider", form=form_ref(form), content=filled),
        lambda: resident.retract(act(), entry, reason="in error"),
        lambda: resident.misfile(act(), entry, reason="of another", moved_to=None, moved_entry=None),
        lambda: follow(resident, ANY, "filing", entry),
    ):
        with pytest.raises(NeverAmended) as refusal:
            attempt()
        assert refusal.value.facts == {"entry": str(entry)}
    assert resident.version == version


@pytest.mark.parametrize("of, name", OF_A_KIND)
def test_it_follows_an_entry_of_its_own_collection_alone(of: str, name: str) -> None:
    resident = record()
    other = add(resident, "immunizations")

    with pytest.raises(errors.UnknownEntry):
        follow(resident, of, name, other, acting(of, name))


@pytest.mark.parametrize("of", [*KINDS, ANY])
def test_what_the_table_does_not_name_is_refused_with_what_it_names(of: str) -> None:
    with pytest.raises(refused.UnknownSequel) as refusal:
        record().follow(act(), of, "applause", NOBODYS, form_ref("filing"), content("filing"))

    assert refusal.value.facts == {"accepted": list(SEQUELS.get(of, {}))}


@pytest.mark.parametrize(
    "of, name", [row for row in OF_A_KIND if sequel_of(*row).action.startswith("answer")]
)
def test_only_the_institution_asked_answers(of: str, name: str) -> None:
    resident, entry = brought_to(sequel_of(of, name).after[0], of)

    with pytest.raises(refused.NotAddressed):
        follow(resident, of, name, entry, act())

    follow(resident, of, name, entry, act(at=THERE))


@pytest.mark.parametrize("kind", ["encounters", "referrals", "cards", "documents"])
def test_an_entry_of_any_collection_is_filed_once_and_attested_often(kind: str) -> None:
    resident = record()
    entry = begin(resident, kind)

    follow(resident, ANY, "attestation", entry)
    follow(resident, ANY, "filing", entry)
    follow(resident, ANY, "attestation", entry)

    with pytest.raises(refused.EntryAlreadyFiled) as refusal:
        follow(resident, ANY, "filing", entry)
    assert refusal.value.facts == {"entry": str(entry)}
    assert resident.state.entries[str(entry)].state == KINDS[kind].begins


def test_a_programme_left_can_be_entered_again_and_is_followed_meanwhile_by_nobody() -> None:
    resident = record()
    first = add(resident, "programmes", programme="hypertension")
    follow(resident, "programmes", "exit", first, act("2026-05-31"))

    with pytest.raises(errors.NotEnrolled):
        add(resident, "follow-ups", "hypertension-follow-up")

    add(resident, "programmes", programme="hypertension")
    add(resident, "follow-ups", "hypertension-follow-up")


def test_a_correction_does_not_bring_back_what_ended() -> None:
    resident = record()
    entry = add(resident, "programmes", programme="hypertension")
    follow(resident, "programmes", "exit", entry)

    filled = content("programme-enrolment", programme="hypertension", diagnosed_on="2010")
    resident.correct(act(), entry, reason="misread", form=form_ref("programme-enrolment"), content=filled)

    assert resident.state.entries[str(entry)].state == "exited"
    assert "hypertension" not in resident.state.enrolments


def test_a_reader_hears_of_states_where_there_are_any() -> None:
    assert {kind for kind in KINDS if has_states(kind)} == set(SEQUELS) - {ANY}
