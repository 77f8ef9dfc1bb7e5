"""No edition of a view ever makes other bytes: what somebody was shown can be shown again."""

import pytest

from domain.entries import KINDS
from domain.replay_errors import EditionUnknown
from projections.editions import EDITIONS
from projections.record_view import RecordRender
from projections.whole_record import KINDS_SHOWN
from tests.projections.kept_editions import digests, kept, read_back

EVERY = [edition for editions in EDITIONS.views.values() for edition in editions]
MEND = "give the view another edition; python -m tests.projections.kept_editions keeps that"


@pytest.mark.parametrize("edition", EVERY)
def test_an_edition_makes_of_a_fixed_life_what_it_always_made(edition: str) -> None:
    known = kept()
    pinned = known["editions"].get(edition)
    assert pinned is not None, f"{edition} is not kept: python -m tests.projections.kept_editions keeps it"

    made = digests(edition, read_back(known["lives"][pinned["life"]]))

    assert made == pinned["digests"], MEND


def test_no_edition_that_was_shown_is_taken_out() -> None:
    assert set(kept()["editions"]) == set(EVERY)


def test_the_newest_record_view_shows_every_collection() -> None:
    assert set(list(KINDS_SHOWN.values())[-1]) == set(KINDS), "what is new begins the next edition"


def test_a_view_is_shown_in_its_newest_edition_and_made_in_any() -> None:
    render = RecordRender()

    assert [render.at(edition).editions.views for edition in EVERY]
    assert EDITIONS.newest("record")[0] == EVERY[len(KINDS_SHOWN) - 1]
    with pytest.raises(EditionUnknown) as unknown:
        render.at("record-view/99")
    assert unknown.value.facts == {"edition": "record-view/99"}
