"""Hypertension, diabetes, COPD: diagnosis, programme, drugs, and follow-ups that obey the rules or do not.

A follow-up judged uncontrolled, or with an adverse reaction, is due again in two weeks; the second in a row,
and any that is urgent, is a referral with a look-back in two weeks; a controlled one is due in three months
(国家基本公共卫生服务规范 2017). Who obeys comes by then; who does not comes late or not at all.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from domain.scalars import JsonObject
from tools.simulate import rates
from tools.simulate.chance import Dice
from tools.simulate.fill import chronic, clinical
from tools.simulate.fill.chronic import Finding
from tools.simulate.health import Health
from tools.simulate.story import Story

# Until the next follow-up is due: within three months, or two weeks. A test compares domain.follow_up_rules.
CONTROLLED_DAYS, SOON_DAYS = 84, 14
COPD_SINCE = date(2024, 9, 13)  # when the programme began to manage it

Drug = tuple[str, str, str, str]
Fill = Callable[[Dice, Finding, Drug, date, date], JsonObject]  # finding, drug, on, next on


@dataclass(frozen=True)
class Course:
    """One disease that is followed up."""

    programme: str
    form: str
    since: date | None  # of the diagnosis
    code: str
    name: str
    drugs: tuple[Drug, ...]
    fill: Fill
    department: str
    managed_since: date = date(2009, 9, 1)


def tell(story: Story, health: Health) -> None:
    for course in _courses(story, health):
        if course.since and course.since <= story.until:
            _course(story, course, course.since, story.dice.at(course.programme))
    _complications(story, health)


def _courses(story: Story, health: Health) -> Iterator[Course]:
    body, doctor = health.body, story.doctor
    yield Course(
        "hypertension", "hypertension-follow-up", health.hypertension, "I10", "原发性高血压",
        chronic.HYPERTENSION_DRUGS,
        lambda dice, found, drug, on, next_on: chronic.hypertension(
            dice, body, found, drug, next_on, doctor, is_elderly=story.person.age(on) >= 65
        ),
        "心血管内科",
    )  # fmt: skip
    yield Course(
        "type-2-diabetes", "type-2-diabetes-follow-up", health.diabetes, "E11.9", "2型糖尿病",
        chronic.DIABETES_DRUGS,
        lambda dice, found, drug, on, next_on: chronic.diabetes(dice, body, found, drug, on, next_on, doctor),
        "内分泌科",
    )  # fmt: skip
    yield Course(
        "copd", "copd-follow-up", health.copd, "J44.9", "慢性阻塞性肺疾病", chronic.COPD_DRUGS,
        lambda dice, found, drug, on, next_on: chronic.copd(dice, body, found, drug, next_on, doctor),
        "呼吸内科", COPD_SINCE,
    )  # fmt: skip


def _course(story: Story, course: Course, since: date, dice: Dice) -> None:
    known = max(since, story.person.opened, course.managed_since)
    noted = story.time(known, dice)
    story.note(course.code, course.name, since, noted)
    drug = dice.pick(course.drugs)
    story.prescribe(f"{course.code}/drug-0", drug, noted + timedelta(minutes=5))
    if not dice.chance(rates.ENROLMENT):
        return
    enrolled = story.time(known + timedelta(days=dice.whole(1, 120)), dice)
    if story.enrol(course.programme, enrolled, course.programme):
        _follow_ups(story, course, enrolled.date(), drug, dice)


def _follow_ups(story: Story, course: Course, enrolled: date, drug: Drug, dice: Dice) -> None:
    day, state, drugs = enrolled + timedelta(days=dice.whole(1, 14)), _State(), 0
    obedient = dice.chance(0.85)
    while day <= story.until and not (story.person.gone and day >= story.person.gone):
        finding = state.find(dice)
        due = day + timedelta(days=SOON_DAYS if state.is_soon else CONTROLLED_DAYS)
        when = story.time(day, dice)
        content = course.fill(dice, finding, drug, day, due)
        told = story.tell("follow-ups", when, content, form=course.form, name=f"{course.code}/{day}")
        if told and finding.refers:
            reason, diagnosis = f"{course.name}控制不满意", (course.code, course.name)
            story.refer(when + timedelta(minutes=10), dice, reason, course.department, diagnosis)
        if told and state.is_soon and not finding.refers and dice.chance(rates.CONSULTED):
            question = f"{course.name}控制不满意，如何调整用药？"
            story.consult(when + timedelta(minutes=12), dice, question, course.department)
        if told and state.is_soon and dice.chance(0.3):
            drugs += 1
            drug = _changed(story, course, drug, drugs, day, dice)
        if told and dice.chance(rates.EDUCATED / 4):
            taught = clinical.education(dice, "chronic-illness", story.doctor)
            story.tell("health-education", when + timedelta(minutes=15), taught)
        day = _next(dice, due, state.is_soon, obedient=obedient)


def _changed(story: Story, course: Course, drug: Drug, drugs: int, day: date, dice: Dice) -> Drug:
    """Another drug in place of the one taken until then."""
    other = dice.pick([one for one in course.drugs if one is not drug])
    when = story.time(day, dice)
    story.stop(f"{course.code}/drug-{drugs - 1}", when, "ineffective")
    story.prescribe(f"{course.code}/drug-{drugs}", other, when + timedelta(minutes=1))
    return other


@dataclass
class _State:
    """How the disease was at the last follow-up."""

    bad_in_a_row: int = 0
    is_controlled: bool | None = None

    @property
    def is_soon(self) -> bool:
        return self.is_controlled is False

    def find(self, dice: Dice) -> Finding:
        well = dice.draw() < self._chance()
        reacts, urgent = dice.chance(rates.ADVERSE_REACTION), dice.chance(rates.URGENT)
        self.is_controlled = well and not reacts and not urgent
        self.bad_in_a_row = 0 if self.is_controlled else self.bad_in_a_row + 1
        classification = "controlled" if self.is_controlled else "uncontrolled"
        if reacts and not urgent:
            classification = "adverse-reaction"
        refers = urgent or self.bad_in_a_row >= 2
        if refers:
            self.bad_in_a_row = 0  # after the referral it is counted anew
        return Finding(classification, is_urgent=urgent, refers=refers)

    def _chance(self) -> float:
        if self.is_controlled is None:
            return rates.CONTROLLED_AT_FIRST
        return rates.STAYS_CONTROLLED if self.is_controlled else rates.BECOMES_CONTROLLED


def _next(dice: Dice, due: date, is_soon: bool, *, obedient: bool) -> date:
    """When the resident comes: by the day that is due, late, or after having missed it."""
    if dice.chance(rates.OBEYS if obedient else 0.3):
        return due - timedelta(days=dice.whole(0, 3 if is_soon else 12))
    if dice.chance(rates.FORGETS):
        return due + timedelta(days=dice.whole(150, 400))
    return due + timedelta(days=dice.whole(5, 60))


def _complications(story: Story, health: Health) -> None:
    dice = story.dice.at("complications")
    for since, code, name in ((health.coronary, "I25.9", "冠心病"), (health.stroke, "I63.9", "脑梗死")):
        if since and since <= story.until:
            when = story.time(max(since, story.person.opened), dice)
            if story.note(code, name, since, when) and since > story.person.opened:
                story.refer(
                    when + timedelta(minutes=20), dice, f"疑似{name}", "急诊科", (code, name), urgent=True
                )
