"""What a token's scopes let its client ask for, at most (SMART App Launch 2.2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.scopes import NEEDS, covers


@pytest.mark.parametrize(
    ("scope", "action"),
    [
        ("user/*.cruds", "correct"),
        ("user/*.rs", "read-history"),
        ("user/Patient.r", "read"),
        ("system/*.c", "add-entry"),
        ("user/*.read", "search"),
        ("user/*.write", "close"),
        ("user/*.*", "replay"),
    ],
)
def test_a_scope_on_the_whole_record_covers_what_its_letters_say(scope: str, action: str) -> None:
    assert covers(frozenset((scope, "openid")), action)


@pytest.mark.parametrize(
    ("scope", "action"),
    [
        ("user/*.r", "search"),
        ("user/*.s", "read-history"),
        ("user/*.cr", "correct"),
        ("user/Observation.rs", "read"),
        ("user/*.rs?category=laboratory", "read"),
        ("user/*.sr", "read"),  # the letters have an order
        ("USER/*.rs", "read"),
        ("user/*.rs\n", "read"),
        ("*/*.*", "read"),
        ("openid", "read"),
    ],
)
def test_what_is_narrower_or_no_scope_covers_nothing(scope: str, action: str) -> None:
    assert not covers(frozenset((scope,)), action)


def test_a_patients_scope_is_about_their_own_record() -> None:
    scopes = frozenset(("patient/*.rs",))

    assert covers(scopes, "read", is_own=True)
    assert not covers(scopes, "read")


def test_letters_of_several_scopes_add_up() -> None:
    assert covers(frozenset(("user/*.r", "user/Patient.s")), "read-history")
    assert not covers(frozenset(("user/*.r", "user/Observation.s")), "read-history")


@given(st.text(max_size=20), st.sampled_from([*NEEDS, "correct"]), st.booleans())
def test_no_text_is_a_scope_by_chance(text: str, action: str, is_own: bool) -> None:
    is_scope = text.startswith(("user/", "system/", "patient/"))

    assert is_scope or not covers(frozenset((text,)), action, is_own=is_own)
