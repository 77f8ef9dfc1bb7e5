"""The table as a whole: it names what is there, editions hold from their day on, and its page is true."""

import copy
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import forms
from domain.entries import PROGRAMMES
from domain.follow_up_rules import (
    Assessment,
    Due,
    Enrolment,
    Entry,
    Facts,
    Rules,
    assess,
    due,
    national,
    plan,
)
from domain.follow_up_rules.conditions import Condition, Field, There
from domain.follow_up_rules.page import page
from domain.follow_up_rules.reading import condition
from domain.follow_up_rules.registry import written as as_written
from domain.follow_up_rules.spans import Span, whole_months
from domain.follow_up_rules.table import Programme, Rule, StepRule, programme
from domain.measurements import MEASUREMENTS
from domain.values import JsonObject

ROOT = Path(__file__).parents[3]
TABLES = list(national())
HYPERTENSION = national().get("hypertension")
ENROLLED = Enrolment("hypertension", date(2026, 1, 5))
EVERY_FORM = {form.name: form for form in forms.registry}


def reading(place: int, on: date, systolic: int, diastolic: int = 80) -> Entry:
    content: JsonObject = {"signs": {"systolic": systolic, "diastolic": diastolic}}
    return Entry(UUID(int=place), "hypertension-follow-up", on, content)


def judged(entries: list[Entry], programme: Programme = HYPERTENSION, **more: Any) -> list[Assessment]:
    return assess(programme, Facts(entries, date(1970, 5, 5), "female", [ENROLLED], **more))


def test_two_uncontrolled_in_a_row_lead_to_a_referral_and_then_a_look_back_within_two_weeks() -> None:
    first, second = reading(1, date(2026, 2, 1), 150), reading(2, date(2026, 2, 14), 148)
    facts = Facts([first, second], date(1970, 5, 5), "female", [ENROLLED])

    one, two = assess(HYPERTENSION, facts)
    standing = due(HYPERTENSION, facts, date(2026, 2, 20))

    assert (one.class_, one.refer, one.next_by) == ("uncontrolled", False, date(2026, 2, 15))
    assert (two.class_, two.refer, two.next_by) == ("uncontrolled", True, date(2026, 2, 28))
    assert standing is not None
    referral, look_back = [item for item in standing.due if item.what in ("referral", "look-back")]
    assert (referral.what, referral.by, referral.is_overdue(date(2026, 2, 20))) == (
        "referral",
        second.on,
        True,
    )
    assert (look_back.what, look_back.by, look_back.since) == ("look-back", date(2026, 2, 28), second.id)
    assert look_back.rule.id == "hypertension.two-in-a-row"


@pytest.mark.parametrize("how", ["told on the follow-up", "an entry of its own"])
def test_a_referral_is_due_until_it_is_made_and_the_look_back_until_the_next_follow_up(how: str) -> None:
    on = date(2026, 2, 1)
    urgent = reading(1, on, 190)
    if how == "told on the follow-up":
        content: JsonObject = {**urgent.content, "referral": {"institution": "县医院"}}
        entries = [replace(urgent, content=content)]
    else:
        entries = [urgent, Entry(UUID(int=9), "referral", on, {"reason": "high"})]

    def what(*more: Entry) -> list[str]:
        facts = Facts([*entries, *more], date(1970, 5, 5), "female", [ENROLLED])
        standing = due(HYPERTENSION, facts, date(2026, 3, 1))
        return [one.what for one in standing.due] if standing else []

    assert what() == ["look-back", "examination"]
    assert what(reading(2, date(2026, 2, 14), 130)) == ["follow-up", "examination"]


def test_what_the_practitioner_chose_is_shown_beside_and_does_not_move_the_day() -> None:
    content = {
        **reading(1, ENROLLED.since, 150).content,
        "classification": "controlled",
        "next_on": "2026-12-01",
    }

    (one,) = judged([Entry(UUID(int=1), "hypertension-follow-up", date(2026, 2, 1), content)])

    assert (one.chosen.class_, one.chosen.next_on) == ("controlled", "2026-12-01")
    assert (one.class_, one.next_by) == ("uncontrolled", date(2026, 2, 15))


def with_edition(valid_from: str) -> Programme:
    """Hypertension, with an edition whose limit is 130 and after which one comes back in a week."""
    written: Any = copy.deepcopy(HYPERTENSION.written)
    new = {"edition": "2099", "valid_from": valid_from, "source": "a test"}
    written["editions"].append(new)
    limits: Any = {"any": [{"measure": "systolic", "ge": "130"}]}
    changed = {
        "hypertension.uncontrolled": {"when": limits},
        "hypertension.first-uncontrolled": {"next": "P7D"},
    }
    for part in ("who", "classes", "steps", "intervals"):
        for rule in list(written[part]):
            if rule["id"] in changed:
                written[part].insert(
                    written[part].index(rule),
                    {**rule, **changed[rule["id"]], "id": rule["id"] + "-2099", "editions": ["2099"]},
                )
            else:
                rule["editions"] = [*rule["editions"], "2099"]
    return programme(written)


def test_changing_the_date_of_an_edition_changes_only_what_comes_after_it() -> None:
    days = [date(2026, month, 1) for month in range(2, 8)]
    entries = [reading(place, day, 150 if place % 2 else 135) for place, day in enumerate(days)]
    early, late = (judged(entries, with_edition(day)) for day in ("2026-03-15", "2026-05-15"))

    before = judged(entries)

    def shown(one: Assessment) -> tuple[object, ...]:
        return one.class_, one.next_by, one.rule.id if one.rule else None

    assert list(map(shown, late[:4])) == list(map(shown, before[:4]))
    assert list(map(shown, early[:2])) == list(map(shown, before[:2]))
    assert early[4:] == late[4:]
    assert [one.class_ for one in early[2:]] == ["uncontrolled"] * 4
    assert early[2].rule is not None and early[2].rule.edition == "2099"
    assert all(one.rule is not None and one.rule.edition == "2017" for one in late[:4])


def test_a_new_edition_leaves_the_digest_of_the_old_one_as_it_was() -> None:
    day = date(2026, 1, 1)
    same: Any = copy.deepcopy(HYPERTENSION.written)
    same["editions"].append({"edition": "2099", "valid_from": "2099-01-01", "source": "a test"})

    assert programme(same).ref(day) == HYPERTENSION.ref(day)
    assert programme(same).ref(date(2099, 1, 1))["digest"] != HYPERTENSION.ref(day)["digest"]


def test_a_contact_belongs_to_the_edition_in_force_on_the_day_it_opens() -> None:
    child = national().get("child")

    def whats(born: date, on: date) -> list[str]:
        standing = due(child, Facts(birth_date=born), on)
        return [one.what for one in (*standing.due, *standing.missed)] if standing else []

    assert "year-4" not in whats(date(2007, 4, 24), date(2011, 4, 30))  # four on the eve of the new edition
    assert "year-4" in whats(date(2007, 4, 25), date(2011, 4, 30))


def test_a_rule_that_came_later_counts_from_the_day_it_came_into_force() -> None:
    written: Any = copy.deepcopy(HYPERTENSION.written)
    written["editions"].append({"edition": "2099", "valid_from": "2026-03-01", "source": "a test"})
    for part in ("who", "classes", "steps", "intervals"):
        for rule in written[part]:
            rule["editions"] = [*rule["editions"], "2099"]
    yearly = {**written["intervals"][-1], "id": "hypertension.eyes", "what": "eyes", "editions": ["2099"]}
    written["intervals"].append({**yearly, "counts": {"at": "/physical/fundus"}})
    facts = Facts([], date(1970, 5, 5), "female", [ENROLLED])

    def eyes(on: date) -> list[date]:
        standing = due(programme(written), facts, on)
        return [one.by for one in standing.due if one.what == "eyes"] if standing else []

    assert eyes(date(2026, 2, 28)) == []
    assert eyes(date(2026, 6, 1)) == [date(2027, 3, 1)]


def test_what_was_done_shortly_before_the_enrolment_counts_and_what_an_earlier_one_ended_does_not() -> None:
    before = reading(1, date(2026, 1, 2), 150)
    ended = Enrolment("hypertension", date(2020, 1, 1), date(2026, 1, 3))

    def last(*enrolments: Enrolment) -> UUID | None:
        facts = Facts([before], date(1970, 5, 5), "female", enrolments)
        standing = due(HYPERTENSION, facts, date(2026, 2, 1))
        return standing.last.entry if standing and standing.last else None

    assert last(ENROLLED) == before.id
    assert last(ended, ENROLLED) is None


def by_what(one: Due) -> str:
    return one.what


@given(
    st.lists(st.tuples(st.integers(-40, 200), st.integers(110, 200)), max_size=6),
    st.integers(0, 220),
)
def test_what_is_due_now_is_what_was_planned(told: list[tuple[int, int]], after: int) -> None:
    on = ENROLLED.since + timedelta(days=after)
    days = [(ENROLLED.since + timedelta(days=day), systolic) for day, systolic in sorted(told)]
    entries = [reading(place, day, systolic) for place, (day, systolic) in enumerate(days) if day <= on]
    facts = Facts(entries, date(1970, 5, 5), "female", [ENROLLED])

    standing = due(HYPERTENSION, facts, on)

    assert standing is not None
    planned = [replace(one.due, opens=None) for one in plan(HYPERTENSION, facts, on)]
    assert sorted(planned, key=by_what) == sorted(
        (replace(one, opens=None) for one in standing.due), key=by_what
    )


def test_after_leaving_a_programme_nothing_is_due_in_it() -> None:
    left = replace(ENROLLED, until=date(2026, 3, 1))
    facts = Facts([reading(1, date(2026, 2, 1), 190)], date(1970, 5, 5), "female", [left])

    assert due(HYPERTENSION, facts, date(2026, 2, 28)) is not None
    assert due(HYPERTENSION, facts, date(2026, 3, 1)) is None


def test_what_occurred_later_is_not_seen_on_an_earlier_day() -> None:
    entries = [reading(1, date(2026, 2, 1), 130), reading(2, date(2026, 3, 1), 190)]
    facts = Facts(entries, date(1970, 5, 5), "female", [ENROLLED])

    standing = due(HYPERTENSION, facts, date(2026, 2, 28))

    assert standing is not None and standing.last is not None
    assert (standing.last.entry, standing.due[0].urgent) == (entries[0].id, False)


# The table itself.


def fields(found: Condition) -> Iterator[Field]:
    if isinstance(found, Field):
        yield found
    if not isinstance(found, There):
        for part in found.within():
            yield from fields(part)


def asked(one: Programme) -> Iterator[tuple[str, tuple[str, ...], str | tuple[str, ...]]]:
    """Each pointer or measurement that a rule reads, with the forms it may read it on."""
    for rule in one.rules:
        own = getattr(rule, "forms", None) or one.table.forms
        for name in ("when", "counts", "done", "scope"):
            found = getattr(rule, name, None)
            for field in fields(found) if isinstance(found, Condition) else ():
                yield rule.id, own, _reads(field, own)
    for field in fields(one.table.counts):
        yield one.name, one.table.forms, _reads(field, one.table.forms)


def _reads(field: Field, own: tuple[str, ...]) -> str | tuple[str, ...]:
    if isinstance(field.source, str):
        return field.source
    return tuple(place.form for place in field.source.places)


def has(form: str, pointer: str) -> bool:
    """Whether the form has the field; below a coding are the parts of the coding."""
    described = EVERY_FORM[form].description["fields"]
    assert isinstance(described, dict)
    return pointer in described or pointer.removesuffix("/*") in described


@pytest.mark.parametrize("one", TABLES, ids=lambda one: one.name)
def test_every_field_that_a_rule_reads_stands_on_one_of_its_forms(one: Programme) -> None:
    for rule, own, read in asked(one):
        if isinstance(read, str):
            assert any(has(form, read) for form in own), (rule, read)
        else:
            assert set(read) & set(own), (rule, read)


@pytest.mark.parametrize("one", TABLES, ids=lambda one: one.name)
def test_a_programme_names_only_forms_that_there_are(one: Programme) -> None:
    named = {form for rule in one.rules for form in getattr(rule, "forms", ())} | set(one.table.forms)

    assert named <= set(EVERY_FORM)


def test_every_follow_up_form_of_every_programme_is_judged_or_awaited_by_a_rule() -> None:
    read = {form for one in national() for form in one.table.forms} | {
        form for one in national() for rule in one.rules for form in getattr(rule, "forms", ())
    }
    beside = {"severe-mental-disorder-supplement"}  # facts about the resident, no contact

    assert {form for kinds in PROGRAMMES.values() for form in kinds} - beside <= read


def test_each_rule_has_an_id_of_its_own_a_source_and_an_edition() -> None:
    rules: list[Rule] = [rule for one in national() for rule in one.rules]

    assert len({rule.id for rule in rules}) == len(rules)
    assert all(rule.source and rule.editions and rule.confidence for rule in rules)
    assert all(rule.id.startswith(one.name + ".") for one in national() for rule in one.rules)


@pytest.mark.parametrize("one", TABLES, ids=lambda one: one.name)
def test_what_is_urgent_is_asked_before_what_is_not(one: Programme) -> None:
    urgent = [step.urgent for step in one.table.steps if not step.ends]

    assert urgent == sorted(urgent, reverse=True)
    assert all(step.refer and step.next == Span(days=14) for step in one.table.steps if step.urgent)


def test_every_step_that_reads_a_class_reads_one_that_there_is() -> None:
    for one in national():
        names = {rule.name for rule in one.table.classes}
        for step in one.table.steps:
            assert classes_of(step) <= names, step.id


def classes_of(step: StepRule) -> set[str]:
    told: list[Condition] = [step.when]
    for found in told:
        told.extend(found.within())
    return {str(vars(found)["name"]) for found in told if "days" in vars(found)}


def test_every_measurement_is_a_field_of_its_form_in_its_unit() -> None:
    for measurement in MEASUREMENTS.values():
        for place in measurement.places:
            described: Any = EVERY_FORM[place.form].description["fields"]
            assert described[place.pointer]["unit"] == place.unit, (measurement.name, place)


def test_the_documentation_is_what_its_command_writes() -> None:
    written = ROOT.joinpath("docs", "follow-up-rules.md").read_text(encoding="utf-8")

    command = [sys.executable, "-X", "utf8", "-m", "domain.follow_up_rules.page"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)

    assert written == page(national()) == run.stdout.decode()


@pytest.mark.parametrize(
    "told", [{}, [], {"wrong": 1}, {"all": []}, {"age": "weeks", "ge": "1"}, {"sex": "female", "ge": "1"}]
)
def test_what_is_no_condition_is_refused_when_the_table_is_read(told: object) -> None:
    with pytest.raises(ValueError):
        condition(told)


@pytest.mark.parametrize("text", ["", "P", "3M", "P3", "P1H", "P-1D", "PT72H"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a span"):
        Span.parse(text)


def test_a_table_with_an_unknown_edition_or_anchor_is_refused() -> None:
    for change in ("editions", "anchor"):
        written: Any = copy.deepcopy(national().get("tuberculosis").written)
        written["contacts"][0][change] = ["1999"] if change == "editions" else "nowhere"
        with pytest.raises(ValueError, match=r"not there|does not name"):
            programme(written)


def test_a_table_that_cannot_be_followed_is_refused() -> None:
    written: Any = copy.deepcopy(HYPERTENSION.written)
    written["who"][0]["trigger"] = {"sex": "female"}
    with pytest.raises(ValueError, match="triggered by an entry"):
        programme(written)
    written = copy.deepcopy(national().get("maternal").written)
    written["anchors"]["last-period"] = [{"anchor": "delivery"}]
    with pytest.raises(ValueError, match="not above it"):
        programme(written)
    with pytest.raises(ValueError, match="float"):
        as_written("every = 1.5")
    with pytest.raises(ValueError, match="must list conditions"):
        condition({"all": {}})


def test_an_edition_that_is_for_nobody_is_due_for_nobody() -> None:
    written: Any = copy.deepcopy(HYPERTENSION.written)
    written["editions"].append({"edition": "2099", "valid_from": "2026-03-01", "source": "a test"})
    facts = Facts([], date(1970, 5, 5), "female", [ENROLLED])

    assert due(programme(written), facts, date(2026, 2, 28)) is not None
    assert due(programme(written), facts, date(2026, 3, 1)) is None


@given(st.dates(date(1850, 1, 1), date(2199, 12, 31)), st.integers(0, 1500))
def test_a_span_of_months_is_as_many_whole_months_long(day: date, months: int) -> None:
    after = Span(months).after(day)

    assert whole_months(day, after) == months
    assert after.day == day.day or (after + (date(2000, 1, 2) - date(2000, 1, 1))).month != after.month


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["NaN", "1e999", "12"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["signs", "systolic"]), inner)
    ),
    max_leaves=8,
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(EVERY_FORM)),
            st.dates(date(1850, 1, 1), date(2199, 12, 31)),
            st.dictionaries(
                st.sampled_from(sorted({"signs", "tests", "gestation", "last_period_on", "age"})), JSON
            ),
        ),
        max_size=6,
    ),
    st.none() | st.dates(date(1850, 1, 1), date(2199, 12, 31)),
    st.dates(date(1850, 1, 1), date(2199, 12, 31)),
)
def test_the_rules_have_an_answer_to_whatever_a_record_holds(
    told: list[tuple[str, date, JsonObject]], born: date | None, on: date
) -> None:
    entries = [Entry(UUID(int=place), *one) for place, one in enumerate(sorted(told, key=lambda one: one[1]))]
    enrolled = [Enrolment(name, date(1900, 1, 1)) for name in PROGRAMMES]
    rules: Rules = national()

    for one in rules:
        standing = due(one, Facts(entries, born, None, enrolled), on)
        assert standing is None or all(item.opens is None or item.opens <= item.by for item in standing.due)
