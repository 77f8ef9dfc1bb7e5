"""What was left out is told in few words, and from these words exactly that is found again."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.concealing import concealed, left_out
from domain.record_state import EntryState, RecordState
from tests.builders import TODAY

ENTRIES = st.lists(
    st.tuples(
        st.sampled_from(("problems", "encounters", "programmes")),
        st.sampled_from((None, "mental-health", "infectious-disease mental-health")),
        st.booleans(),  # misfiled
        st.booleans(),  # hidden
    ),
    max_size=12,
)


@given(ENTRIES)
def test_what_was_left_out_is_found_again(drawn: list[tuple[str, str | None, bool, bool]]) -> None:
    state, hidden = RecordState(), set[UUID]()
    for number, (kind, sensitivity, misfiled, is_hidden) in enumerate(drawn, 1):
        entry = EntryState(kind, "form", number, TODAY, misfiled=misfiled, sensitivity=sensitivity)
        state.entries[str(UUID(int=number))] = entry
        hidden |= {UUID(int=number)} if is_hidden else set()

    assert left_out(state, concealed(state, hidden)) == hidden | state.masked


def test_a_class_is_told_as_one_however_many_entries_it_has() -> None:
    state = RecordState()
    for number in range(1, 100):
        sensitivity = "mental-health" if number % 2 else None
        state.entries[str(UUID(int=number))] = EntryState(
            "encounters", "f", number, TODAY, sensitivity=sensitivity
        )

    told = concealed(state, {UUID(int=number) for number in range(1, 100, 2)})

    assert told == {"classes": [["encounters", "mental-health"]]}
    assert concealed(state, set()) == {}
