"""The world that cells of the authorization matrix are about, made by the application's own acts over HTTP.

Each person of the matrix works at a clinic ("here") and at the county's bureau; each relation has a record,
with and without restrictions, in each of which there is an entry of each class in each section.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import NamedTuple
from uuid import UUID

from domain.institution import ROLES
from domain.time import CHINA
from tests.api.served import Json, Served, enrol, login, new_entry, new_number, new_record
from tests.api.whole_life import RECORD, RECORDS
from tests.builders import identity_number
from tests.domain.access_matrix import LIFE_SAVING, OTHER_SECTION

WORKERS = (*ROLES, "practitioner+record-manager", "nobody")
OPENERS = ("practitioner", "record-manager", "practitioner+record-manager")
TODAY = datetime.now(UTC).astimezone(CHINA).date()
SOON, YESTERDAY = (TODAY + timedelta(days=7)).isoformat(), (TODAY - timedelta(days=1)).isoformat()
SECTIONS = {
    LIFE_SAVING: "problems",
    OTHER_SECTION: "encounters",
}  # of the matrix → as they stand in the records
DIAGNOSES = {"": "I20.9", "mental-health": "F32.9", "reproductive-health": "O80.9"}
CLASSES = [name for name in DIAGNOSES if name]
ICD10 = "http://hl7.org/fhir/sid/icd-10"
ADULT, CHILD = "1970", str(TODAY.year - 15)
KEEPER, TYPIST = "keeper", "typist"  # of the clinic elsewhere


class Kept(NamedTuple):
    """A record. entries: by section and class. resident: their login. access: a read by who keeps it."""

    id: str
    number: str
    entries: Mapping[tuple[str, str], str]
    resident: str
    access: str


class World:
    """The county. here, there, guided: clinics. records: by relation, way, state, and whether restricted."""

    def __init__(self, county: Served) -> None:
        self.county = county
        self.paths = county.client.get("/openapi.json").json()["paths"]
        self.here, self.there, self.bureau = county.clinic, self._clinic("C", "110101002002"), county.bureau
        self.guided = self._clinic("D", "110101002003")
        self.taken = new_number()  # of somebody who has a record
        self.records: dict[tuple[str, str, str, bool], Kept] = {}
        self._staff()
        self._keep()
        self.sent(RECORDS, new_record(self.taken), f"{KEEPER} there", "care")

    def example(self, path: str, form: str | None = None) -> Json:
        examples = self.paths[path]["post"]["requestBody"]["content"]["application/json"]["examples"]
        return dict(examples[form or next(iter(examples))]["value"])

    def sent(self, path: str, body: Mapping[str, object], who: str, purpose: str) -> Json:
        answer = self.county.post(path, body, who, purpose)
        assert answer.status_code == 201, (path, who, purpose, answer.text)
        told: Json = answer.json()
        return told

    def _clinic(self, letter: str, area: str) -> UUID:
        asked = {"name": f"示例卫生室{letter}", "kind": "village-clinic", "code": letter * 22, "area": area}
        return UUID(str(self.sent("/v1/institutions", asked, "county", "management")["institution"]))

    def _staff(self) -> None:
        for person in WORKERS:
            roles = () if person == "nobody" else person.split("+")
            enrol(self.county, self.here, f"here {person}", *roles)
            enrol(self.county, self.bureau, f"bureau {person}", *roles)
            ended = enrol(self.county, self.here, f"ended {person}")
            for role in roles:
                given = {"practitioner": str(ended), "role": role, "until": YESTERDAY}
                self.sent(f"/v1/institutions/{self.here}/roles", given, "county", "management")
        for where, clinic in (("there", self.there), ("guided", self.guided)):
            enrol(self.county, clinic, f"{KEEPER} {where}", "practitioner", "record-manager")
            enrol(self.county, clinic, f"{TYPIST} {where}", "practitioner")
        for licence, until in (("ended", YESTERDAY), ("last-day", TODAY.isoformat()), ("valid", SOON)):
            told = {"kind": "医师执业证书", "number": "110000000000000", "until": until}
            new = {"name": licence, "login": login(f"licence {licence}"), "roles": ["practitioner"]}
            path = f"/v1/institutions/{self.here}/practitioners"
            self.sent(path, {**new, "licence": told}, "county", "management")
        guidance = {"by": str(self.here)}
        self.sent(f"/v1/institutions/{self.guided}/guidance", guidance, "county", "management")

    def _keep(self) -> None:
        for is_restricted in (False, True):
            for relation, where in (("custody", "here"), ("elsewhere", "there"), ("guiding", "guided")):
                self._record(relation, where, is_restricted=is_restricted)
            self._referred(self._record("referred", "there", is_restricted=is_restricted))
            self._granted("whole", [], [*SECTIONS.values()], is_restricted=is_restricted)
            self._opened(self._record("opener", "there", is_restricted=is_restricted))
            self._opened(self._record("opener-at-home", "here", is_restricted=is_restricted))
            self._disclosed(self._record("disclosing", "here", is_restricted=is_restricted))
        self._granted("class-named", CLASSES, [*SECTIONS.values()])
        self._granted("another-section", [], [SECTIONS[LIFE_SAVING]])
        self._opted_out(self._granted("whole", [], [*SECTIONS.values()], state="opted-out"))
        self._record("custody", "here", state="adolescent", born=CHILD)
        self._spoken_for()
        self._record("scratch", "there")  # in which emergencies may be opened without changing who reads what

    def _record(
        self,
        relation: str,
        where: str,
        way: str = "whole",
        state: str = "open",
        *,
        is_restricted: bool = False,
        born: str = ADULT,
    ) -> Kept:
        """A record with an entry of each class in each section, read once by who keeps it."""
        who = "here practitioner+record-manager" if where == "here" else f"{KEEPER} {where}"
        resident = f"resident {relation} {way} {state} {is_restricted}"
        opened = self.sent(RECORDS, {**self._person(born), "login": login(resident)}, who, "care")
        record, number = str(opened["record"]), str(opened["number"])
        entries = {}
        for (section, kind), (class_, code) in product(SECTIONS.items(), DIAGNOSES.items()):
            entry = new_entry(kind, None, **_diagnosed(kind, code))
            entries[section, class_] = str(
                self.sent(f"{RECORDS}/{record}/{kind}", entry, who, "care")["entry"]
            )
        if is_restricted:
            told = new_entry("restrictions", by="resident", sections=[*SECTIONS.values()], until=None)
            self.sent(f"{RECORDS}/{record}/restrictions", told, who, "care")
        assert self.county.get(f"{RECORDS}/{record}", who).status_code == 200
        seen = self.county.get(f"{RECORDS}/{record}/accesses", resident, "self")
        access = next(one["event"] for one in seen.json()["accesses"] if one["topic"] == "access.read.v1")
        kept = Kept(record, number, entries, resident, str(access))
        self.records[relation, way, state, is_restricted] = kept
        return kept

    def _person(self, born: str) -> Json:
        return new_record(identity_number(f"{born}0101", len(self.records) + 1))

    def _referred(self, kept: Kept) -> None:
        told = {"to": str(self.here), "until": SOON, "sections": [*SECTIONS.values()]}
        entry = at_once("referrals", **told)
        self.sent(f"{RECORDS}/{kept.id}/referrals", entry, f"{KEEPER} there", "care")

    def _granted(
        self,
        way: str,
        sensitive: list[str],
        sections: list[str],
        state: str = "open",
        *,
        is_restricted: bool = False,
    ) -> Kept:
        """For research: applied for here, approved there, agreed to by the resident."""
        kept = self._record("granted", "there", way, state, is_restricted=is_restricted)
        term = {"since": TODAY.isoformat(), "until": SOON, "purpose": "research"}
        asked = {**term, "to": str(self.here), "sections": sections, "sensitive": sensitive or None}
        base = f"{RECORDS}/{kept.id}/access-applications"
        applied = self.sent(base, at_once("access-applications", **asked), "here practitioner", "research")
        of = f"{RECORD}/access-applications/{{entry_id}}"
        path = f"{base}/{applied['entry']}"
        self.sent(f"{path}/approval", self.example(f"{of}/approval"), f"{KEEPER} there", "management")
        self.sent(f"{path}/agreement", self.example(f"{of}/agreement"), kept.resident, "self")
        return kept

    def _opened(self, kept: Kept) -> None:
        for person in OPENERS:
            path = f"{RECORDS}/{kept.id}/emergency-accesses"
            self.sent(path, at_once("emergency-accesses"), f"here {person}", "emergency")

    def _disclosed(self, kept: Kept) -> None:
        told = {"purpose": "legal", "sections": [*SECTIONS.values()], "sensitive": None, "until": SOON}
        entry = at_once("statutory-disclosures", **told, notice_deferred_until=None, order=None)
        path = f"{RECORDS}/{kept.id}/statutory-disclosures"
        self.sent(path, entry, "here record-manager", "legal")

    def _opted_out(self, kept: Kept) -> None:
        entry = new_entry("research-opt-outs", by="resident")
        self.sent(f"{RECORDS}/{kept.id}/research-opt-outs", entry, f"{KEEPER} there", "care")

    def _spoken_for(self) -> None:
        """By a guardian, of an adult and of a child, by a representative, and by an heir."""
        for person, kind, state, born, told in (
            ("guardian", "guardians", "open", ADULT, {"basis": "court"}),
            ("guardian", "guardians", "adolescent", CHILD, {}),
            (
                "representative",
                "representatives",
                "open",
                ADULT,
                {"capacity": "representative", "basis": "authorisation"},
            ),
            ("heir", "representatives", "dead", ADULT, {"capacity": "heir"}),
        ):
            relation = f"represents as {person}"
            kept = self._record(relation, "there", state=state, born=born)
            if state == "dead":
                seen = self.county.get(f"{RECORDS}/{kept.id}", f"{KEEPER} there").headers["ETag"]
                body = {**self.example(f"{RECORD}/closing"), "reason": "death"}
                closed = self.county.post(
                    f"{RECORDS}/{kept.id}/closing", body, f"{KEEPER} there", if_match=seen
                )
                assert closed.status_code == 201, closed.text
            entry = new_entry(kind, None, login=login(f"{person} {state}"), **told)
            self.sent(f"{RECORDS}/{kept.id}/{kind}", entry, f"{KEEPER} there", "care")


def at_once(kind: str, **changes: object) -> Json:
    """An entry of today: terms are counted from when it was made."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {**new_entry(kind, None, **changes), "occurred_at": now}


def _diagnosed(kind: str, code: str) -> Json:
    coding = {"system": ICD10, "code": code, "display": "示例诊断"}
    return {"problem": coding} if kind == "problems" else {"assessment": {"diagnoses": [coding]}}
