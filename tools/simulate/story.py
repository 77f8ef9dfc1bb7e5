"""A life as it is being told: what the domains of life add, and what of it comes about.

What lies before the record, after today or while the resident is away is not told, and nothing follows an
entry that was not told.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from domain.identity import IdentityDocument, identity_document
from domain.requests import NewEntry
from domain.scalars import JsonObject
from domain.time import CHINA, occurred
from domain.values import Occurred
from tools.simulate import rates
from tools.simulate.chance import Dice
from tools.simulate.fill import clinical, keeping
from tools.simulate.fill.common import ICD10, coding
from tools.simulate.life import DOCTOR, SPECIALIST, Entry, Sequel, Step
from tools.simulate.people import Person
from tools.simulate.plan import HOSPITAL
from tools.simulate.stable_ids import post_id

REFERRED_FOR = timedelta(days=30)  # how long the receiving institution may read
SHOWN = ("basic-information", "problems", "allergies", "medications", "follow-ups", "encounters")


@dataclass
class Story:
    """Collects the steps of one life."""

    seed: int
    person: Person
    until: date
    steps: list[Step] = field(default_factory=list)
    enrolled: dict[str, str] = field(default_factory=dict)  # programme → name of the enrolment that stands
    standing: dict[str, str] = field(default_factory=dict)  # name of an entry that may end → its collection

    def __post_init__(self) -> None:
        self.dice = Dice(self.seed, "life", self.person.number)
        doctors = self.person.place.post.doctors
        self.doctor = doctors[self.person.household % len(doctors)].name
        self.card: IdentityDocument = identity_document("identity-card", self.person.identity_number)

    def time(self, day: date, dice: Dice) -> datetime:
        """A time of a working day."""
        return datetime(day.year, day.month, day.day, dice.whole(8, 16), dice.whole(0, 59), tzinfo=CHINA)

    def is_told(self, day: date) -> bool:
        return self.person.opened <= day <= self.until and not self.person.is_away(day)

    def tell(
        self,
        kind: str,
        when: datetime,
        content: object,
        *,
        form: str | None = None,
        by: str = DOCTOR,
        name: str | None = None,
    ) -> bool:
        """Add an entry; False if it lies outside. name: where something may follow it."""
        if not self.is_told(when.date()):
            return False
        self._write(Entry(when, by, NewEntry(kind, content, told(when), form=form), name, self._late()))
        return True

    def tell_past(self, kind: str, day: date, content: object) -> None:
        """Add what was before the record too: it is written down when the record is opened, under its day."""
        if day >= self.person.opened:
            self.tell(kind, self.time(day, self.dice), content)
        elif self.is_told(self.person.opened):
            opened = datetime.combine(self.person.opened, OPENING, CHINA) + timedelta(minutes=1)
            self._write(Entry(opened, DOCTOR, NewEntry(kind, content, occurred(day.isoformat()))))

    def tell_late(self, kind: str, when: datetime, happened: date, content: object) -> None:
        """Add what arrives when care has ended: a result of an earlier day."""
        if when.date() <= self.until:
            self._write(Entry(when, DOCTOR, NewEntry(kind, content, occurred(happened.isoformat()))))

    def do(self, step: Step) -> None:
        """Add what is no entry."""
        if step.when.date() <= self.until:
            self._write(step)

    def enrol(self, programme: str, when: datetime, name: str, *, basis: str | None = None) -> bool:
        """Into a programme, unless the resident is in it."""
        if programme in self.enrolled:
            return False
        content = clinical.enrolment(programme, when.date(), self.doctor, basis=basis)
        if not self.tell("programmes", when, content, name=name):
            return False
        self.enrolled[programme], self.standing[name] = name, "programmes"
        return True

    def exit(self, name: str, when: datetime, reason: str) -> None:
        """Out of the programme that the enrolment of this name stands for."""
        if self._end(name, "exit", when, {"reason": reason, "exited_on": when.date().isoformat()}):
            self.enrolled = {one: held for one, held in self.enrolled.items() if held != name}

    def note(self, code: str, display: str, since: date, when: datetime) -> bool:
        """A problem, by its code."""
        onset = f"{since:%Y-%m}" if since < when.date() else since.isoformat()
        if not self.tell("problems", when, clinical.problem(code, display, onset), name=code):
            return False
        self.standing[code] = "problems"
        return True

    def resolve(self, code: str, when: datetime, outcome: str) -> None:
        """A problem is over."""
        self._end(code, "resolution", when, {"outcome": outcome, "abated_on": when.date().isoformat()})

    def prescribe(self, name: str, drug: tuple[str, str, str, str], when: datetime) -> bool:
        content = clinical.medication(drug, when.date().isoformat(), "regular")
        if not self.tell("medications", when, content, name=name):
            return False
        self.standing[name] = "medications"
        return True

    def stop(self, name: str, when: datetime, reason: str) -> None:
        """A drug is no longer taken."""
        self._end(name, "stop", when, {"reason": reason, "stopped_on": when.date().isoformat()})

    def refer(
        self, when: datetime, dice: Dice, reason: str, department: str, diagnosis: tuple[str, str],
        *, urgent: bool = False,
    ) -> None:  # fmt: skip
        """To the county's hospital, which mostly takes the resident on and refers back."""
        name = f"referral/{when.isoformat()}"
        content: JsonObject = {
            "to": str(post_id(self.seed, HOSPITAL.name)),
            "institution": HOSPITAL.institution.name,
            "department": department,
            "direction": "up",
            "urgent": urgent,
            "sections": list(SHOWN),
            "until": (when.date() + REFERRED_FOR).isoformat(),
            "diagnoses": [coding(ICD10, *diagnosis)],
            "reason": f"{reason}，请协助诊治。",
            "doctor": self.doctor,
        }
        if self.tell("referrals", when, content, name=name):
            self._answer(name, when, dice, department, diagnosis)

    def consult(self, when: datetime, dice: Dice, question: str, department: str) -> None:
        """Ask a specialist of the county's hospital, who answers from there."""
        name, hospital = f"consultation/{when.isoformat()}", HOSPITAL.institution.name
        to, until = str(post_id(self.seed, HOSPITAL.name)), when.date() + REFERRED_FOR
        asked = keeping.consultation_request(
            to, hospital, department, question, list(SHOWN), until, self.doctor
        )
        if self.tell("consultations", when, asked, name=name):
            answered = self.time(when.date() + timedelta(days=dice.whole(1, 5)), dice)
            opinion = keeping.consultation("建议调整用药，四周后复查。", HOSPITAL.doctors[0].name, hospital)
            self._follow("consultations", name, "opinion", answered, opinion, SPECIALIST)

    def _answer(
        self, name: str, when: datetime, dice: Dice, department: str, diagnosis: tuple[str, str]
    ) -> None:
        answered = self.time(when.date() + timedelta(days=dice.whole(1, 4)), dice)
        if dice.chance(rates.DECLINED):
            declined: JsonObject = {"reason": "not-attended"}
            self._follow("referrals", name, "decline", answered, declined, SPECIALIST)
            return
        taken: JsonObject = {"department": department, "doctor": HOSPITAL.doctors[0].name}
        if not self._follow("referrals", name, "acceptance", answered, taken, SPECIALIST):
            return
        back = self.time(answered.date() + timedelta(days=dice.whole(3, 14)), dice)
        found: JsonObject = {
            "result": diagnosis[1],
            "diagnoses": [coding(ICD10, *diagnosis)],
            "treatment": "调整用药，两周内随访。",
            "doctor": HOSPITAL.doctors[0].name,
        }
        self._follow("referrals", name, "return", back, found, SPECIALIST)

    def _end(self, name: str, sequel: str, when: datetime, content: JsonObject) -> bool:
        if name not in self.standing or not self._follow(self.standing[name], name, sequel, when, content):
            return False
        del self.standing[name]
        return True

    def _follow(
        self, collection: str, name: str, sequel: str, when: datetime, content: JsonObject, by: str = DOCTOR
    ) -> bool:
        if not self.is_told(when.date()):
            return False
        self._write(Sequel(when, by, collection, name, sequel, content))
        return True

    def _write(self, step: Step) -> None:
        self.steps.append(step)

    def _late(self) -> timedelta:
        return timedelta(days=self.dice.whole(2, 12) if self.dice.chance(rates.WRITTEN_LATE) else 0)


OPENING = datetime(2000, 1, 1, 8, 30, tzinfo=CHINA).time()  # of the day on which a record is opened


def told(when: datetime) -> Occurred:
    """A time as it is told: to the minute."""
    return occurred(when.isoformat(timespec="minutes"))
