"""docs/access.md, by which people outside judge us, says what the policy does: no more, no less."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from domain import access_rules
from domain.access import CONDITIONS, OVERSIGHT, POLICY, RESIDENT
from domain.institution import ROLES
from domain.policy import Rule
from domain.scopes import NEEDS
from domain.sensitive_options import EDITIONS
from domain.sensitivity import CLASSES
from tests.domain.access_matrix import SPEAKERS

PAGE = (Path(access_rules.__file__).parents[1] / "docs" / "access.md").read_text(encoding="utf-8")
NOTHING = ("–", "anybody", "anything", "always")
HEADINGS = ("rule", "role", "purpose", "word", "class", "letters", "form")


def table(heading: str) -> Sequence[Sequence[str]]:
    """The rows of all tables whose first column has this heading, in order."""
    rows: list[list[str]] = []
    is_inside = False
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")] if line.startswith("|") else []
        if not cells or cells[0] in HEADINGS:
            is_inside = bool(cells) and cells[0] == heading
        elif is_inside and not line.startswith("|---"):
            rows.append(cells)
    return rows


def words(cell: str) -> tuple[str, ...]:
    return () if cell in NOTHING else tuple(re.findall(r"`([^`]+)`", cell))


def first(heading: str) -> list[str]:
    """The words in the first column of a table."""
    return [word for row in table(heading) for word in words(row[0])]


def described(row: Sequence[str], effects: Mapping[str, str]) -> Rule:
    rule, who, what, purposes, when, basis, observes, _why = row
    (name,) = words(rule)
    return Rule(
        name,
        "allow" if effects[name] != "deny" else "deny",
        words(who),
        words(what),
        words(purposes),
        words(when),
        "" if basis in NOTHING else basis,
        words(observes),
    )


def test_the_rules_of_the_page_are_those_of_the_policy_in_their_order() -> None:
    denying = PAGE.split("### Denied", 1)[1].split("### ", 1)[0]
    effects = {name: "deny" if f"| `{name}` |" in denying else "allow" for name in first("rule")}

    assert [described(row, effects) for row in table("rule")] == list(POLICY.rules)


def test_every_rule_says_why() -> None:
    assert all(len(row[7]) > 5 for row in table("rule"))


def test_the_page_names_the_edition_in_force() -> None:
    assert f"edition\n{POLICY.edition}" in PAGE or f"edition {POLICY.edition}" in PAGE


def test_roles_purposes_and_conditions_are_all_of_them() -> None:
    assert set(first("role")) == {*ROLES, RESIDENT.role, *SPEAKERS}
    assert first("purpose") == list(POLICY.purposes)
    assert set(first("word")) == set(CONDITIONS)


def test_the_roles_over_others_are_given_by_the_county() -> None:
    assert {words(row[0])[0] for row in table("role") if row[1] == "the county"} == set(OVERSIGHT)


def test_commercial_purposes_and_what_saves_a_life_are_named() -> None:
    assert ", ".join(f"`{one}`" for one in POLICY.commercial) in PAGE
    assert ", ".join(f"`{one}`" for one in POLICY.life_saving) in PAGE


def test_the_classes_are_those_of_the_table_of_sensitive_entries() -> None:
    rows = {words(row[0])[0]: (row[1], row[2]) for row in table("class")}

    assert rows == {name: (one.title, one.source) for name, one in CLASSES.items()}


def test_the_options_of_a_class_are_those_of_the_newest_edition() -> None:
    told = [
        (words(form)[0], words(fields), set(words(options)), words(class_)[0])
        for form, fields, options, class_ in table("form")
    ]

    newest = list(EDITIONS.values())[-1]
    assert told == [
        (one.form, tuple("/" + "/".join(path) for path in one.paths), options, name)
        for one in newest.fields
        for name in dict.fromkeys(one.options.values())
        for options in [{value for value, of in one.options.items() if of == name}]
    ]


def test_what_a_token_must_name_is_what_each_act_needs() -> None:
    needs = {act: words(row[0])[0] for row in table("letters") for act in words(row[1])}

    assert needs == NEEDS
