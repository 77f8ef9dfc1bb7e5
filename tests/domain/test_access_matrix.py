"""The policy against the matrix: what it says, that each rule is needed, and that whatever breaks denies."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cache
from itertools import chain
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access import CONDITIONS, POLICY, UNDECIDABLE, Actor, Decision, Facts, Question, decide
from domain.institution_state import RoleHeld
from domain.policy import PURPOSES, Policy, Rule
from tests.domain.access_matrix import ACTIONS, NOW, PERSONS, SINCE, Cell, cells, staged
from tests.domain.access_table import Verdict, verdict

AT_LEAST = 500_000  # as docs/access.md says
BY_DEFAULT = ("deny-by-default",)
FIELDS = ("roles", "actions", "purposes", "when")
# Of no rule's decisions alone: it names what the rule on unlisted purposes refuses as well.
NEVER_ALONE = {"purpose-commercial"}


def told(decision: Decision) -> Verdict:
    """A decision in the terms of the second formulation."""
    if not decision.allowed:
        return Verdict(False, frozenset(decision.rules) - set(BY_DEFAULT))
    is_cited = decision.entitlement is not None
    return Verdict(True, frozenset(), decision.basis, decision.role, decision.obligations, is_cited)


@cache
def decided() -> Mapping[str, Sequence[tuple[Cell, Decision]]]:
    """Every cell of the matrix with the policy's decision, by what is done."""
    found = defaultdict(list)
    for cell in cells():
        found[cell.action].append((cell, decide(*staged(cell))))
    return found


def every() -> Iterator[tuple[Cell, Decision]]:
    for some in decided().values():
        yield from some


@cache
def by_rule() -> Mapping[str, Sequence[tuple[Cell, Decision]]]:
    """The cells that each rule took part in deciding."""
    found = defaultdict(list)
    for cell, decision in every():
        for rule in decision.rules:
            found[rule].append((cell, decision))
    return found


def test_the_policy_and_the_second_formulation_agree_in_every_cell() -> None:
    differing = [(cell, decision) for cell, decision in every() if told(decision) != verdict(cell)]

    assert differing[:3] == []
    assert len({cell for cell, _ in every()}) >= AT_LEAST


def test_every_rule_decides_cells_alone() -> None:
    alone = {decision.rules[0] for _, decision in every() if len(decision.rules) == 1}

    assert {rule.id for rule in POLICY.rules} - alone == NEVER_ALONE


@dataclass(frozen=True)
class Less:
    """A rule, and what the policy has in its place: the rule without one of its parts, or nothing."""

    name: str
    rule: Rule
    left: Rule | None

    @property
    def policy(self) -> Policy:
        put = (self.left,) if self.left else ()
        rules = [put if rule == self.rule else (rule,) for rule in POLICY.rules]
        return replace(POLICY, rules=tuple(one for some in rules for one in some))

    @property
    def where(self) -> Iterator[tuple[Cell, Decision]]:
        """The cells that may be decided differently: where the rule decided, or might now, saying more."""
        if not self.is_wider:
            return iter(by_rule()[self.rule.id])
        actions = self.left.actions if self.left else ()
        return chain.from_iterable(decided()[action] for action in actions or ACTIONS)

    @property
    def is_wider(self) -> bool:
        """Whether the rule lost a condition, or the last word of what narrowed it."""
        if self.left is None:
            return False
        lost = {field for field in FIELDS if getattr(self.left, field) != getattr(self.rule, field)}
        return "when" in lost or any(not getattr(self.left, field) for field in lost)


def _weakened() -> Iterator[Less]:
    """The policy without each rule; each rule without each of its roles, actions, purposes, conditions …"""
    for rule in POLICY.rules:
        yield Less(rule.id, rule, None)
        for field in FIELDS:
            parts: tuple[str, ...] = getattr(rule, field)
            for part in parts:
                left = tuple(one for one in parts if one != part)
                yield Less(f"{rule.id} less {part}", rule, replace(rule, **{field: left}))  # type: ignore[arg-type]  # all of texts
        for obligation in rule.obligations:
            kept = tuple(one for one in rule.obligations if one != obligation)
            yield Less(f"{rule.id} less {obligation}", rule, replace(rule, obligations=kept))
        if rule.basis:
            yield Less(f"{rule.id} less its basis", rule, replace(rule, basis=""))


WEAKENED = {less.name: less for less in _weakened()}


def differs(less: Less) -> bool:
    """Whether a cell is decided differently."""
    policy = less.policy
    return any(told(decide(*staged(cell), policy)) != told(decision) for cell, decision in less.where)


@pytest.mark.parametrize("name", WEAKENED)
def test_no_rule_nor_part_of_one_can_be_left_out(name: str) -> None:
    assert differs(WEAKENED[name])


def broken(question: Question) -> bool:
    raise RuntimeError(question.action)


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_condition_that_fails_permits_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is looked at the answer is no; where it is not, nothing changes."""
    rules = [rule for rule in POLICY.rules if name in rule.when]
    actions = sorted({(rule.actions or ("read",))[0] for rule in rules})
    before = [one for action in actions for one in decided()[action] if one[0] == Cell(*one[0][:4])]
    monkeypatch.setitem(cast("dict[str, Callable[[Question], bool]]", CONDITIONS), name, broken)

    after = [(decide(*staged(cell)), decision) for cell, decision in before]

    assert all(now in (UNDECIDABLE, then) for now, then in after)
    assert not rules or any(now == UNDECIDABLE for now, _ in after)


def test_the_same_question_has_the_same_answer() -> None:
    assert all(decide(*staged(cell)) == decision for cell, decision in decided()["read"])


EVERY_ROLE = tuple(RoleHeld(name, SINCE) for name in PERSONS if "+" not in name)


def test_whoever_holds_a_role_less_may_do_nothing_more() -> None:
    """In each cell where somebody may, they may still with every other role besides."""
    allowed = [cell for cell, decision in every() if decision.allowed]

    for cell in allowed:
        actor, action, facts, purpose, now = staged(cell)
        with_all = replace(actor, roles=(*actor.roles, *EVERY_ROLE))
        assert decide(with_all, action, facts, purpose, now).allowed, cell


words = st.text(max_size=12) | st.sampled_from([*ACTIONS, *PURPOSES])
nonsense = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.lists(st.integers(), max_size=2)
)


def _made(of: type, known: Sequence[object]) -> st.SearchStrategy[object]:
    """Something of a class with any of its fields put wrong, or a value of the matrix as it is."""
    wrong = st.dictionaries(st.sampled_from([field.name for field in fields(of)]), nonsense)
    return st.builds(lambda one, changes: replace(one, **changes), st.sampled_from(known), wrong)


STAGED = [
    staged(Cell(action, person, relation, purpose))
    for action, person, relation, purpose in (
        ("read", "practitioner", "custody", "care"),
        ("read", "practitioner", "granted", "research"),
        ("read", "resident", "own-record", "self"),
        ("read", "auditor", "area", "audit"),
        ("add-entry", "practitioner", "asked", "care"),
    )
]
actors = _made(Actor, [actor for actor, *_ in STAGED])
facts_told = _made(Facts, [facts for _, _, facts, *_ in STAGED])


@given(actors, words, facts_told, words)
def test_whatever_is_asked_is_answered_the_same_twice(
    actor: object, action: str, facts: object, purpose: str
) -> None:
    asked = (cast(Actor, actor), action, cast(Facts, facts), purpose, NOW)

    decision = decide(*asked)

    assert decision == decide(*asked)
    assert decision.rules
    assert not decision.allowed or (action in ACTIONS and purpose in PURPOSES)


@given(st.sampled_from(STAGED), nonsense, st.integers(0, 4))
def test_nothing_that_is_not_of_its_kind_permits(
    asked: tuple[Actor, str, Facts, str, datetime], wrong: object, place: int
) -> None:
    """A fact may be nothing where it does not arise; a question that is no question is denied."""
    broken_up = [*asked]
    broken_up[place] = wrong

    assert not decide(*cast("tuple[Actor, str, Facts, str, datetime]", tuple(broken_up))).allowed


def test_a_policy_that_says_what_nobody_understands_denies() -> None:
    asked = staged(Cell("read", "practitioner", "custody", "care"))
    unknown = Rule("unknown", "allow", when=("no-such-condition",))

    assert decide(*asked).allowed
    assert decide(*asked, replace(POLICY, rules=(*POLICY.rules, unknown))) == UNDECIDABLE


def test_every_condition_is_a_word_of_a_policy() -> None:
    """Those of this edition, and those that only former editions use: their decisions are made again."""
    former = {"no-county-role"}

    assert set(CONDITIONS) - former == {name for rule in POLICY.rules for name in rule.when}
