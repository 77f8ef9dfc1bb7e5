"""A life over HTTP in which everything happens that can, sent with the examples of the documentation."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from domain.entries import FORMS, PROGRAMMES
from domain.sequels import SEQUELS
from tests.api.served import Json, Served, login
from tests.api.uploading import Uploader, document_entry

Who = tuple[str, str]  # a token's subject, and the purpose of use
NURSE, OTHER_NURSE = ("nurse", "care"), ("other-nurse", "care")
MANAGER, LAWYER = ("manager", "management"), ("manager", "legal")
ORDERING, ERASING = ("county", "legal"), ("deputy", "legal")  # two at the county bureau
AT_NIGHT = ("other-nurse", "emergency")
RECORDS, RECORD = "/v1/records", "/v1/records/{record_id}"
REFUSALS = "/v1/institutions/{institution_id}/registration-refusals"
NONE: Mapping[str, object] = {}
NOW = datetime.now(UTC)
SOON = (NOW + timedelta(days=7)).date().isoformat()
TEMPORARY = {"kind": "temporary", "reason": "not yet born"}
NEWBORN = "newborn-home-visit"

# A form's name and a content of it, or the name of a change and its words → what is sent in their place.
Plant = Callable[[str, Mapping[str, object]], Json]


def as_it_is(form: str, content: Mapping[str, object]) -> Json:
    return dict(content)


class Life:
    """The records of a resident, of their child and of a neighbour; and every route and example sent."""

    def __init__(
        self,
        county: Served,
        plant: Plant = as_it_is,
        more: Mapping[str, object] = NONE,
        logins: str = "",
    ) -> None:
        """more: told with every request, such as its cause. logins: how those of the people begin."""
        self.county, self.plant, self.more = county, plant, more
        self.resident, self.guardian, self.heir = (f"{logins}{who}" for who in ("wang", "mother", "heir"))
        self.paths: dict[str, Any] = county.client.get("/openapi.json").json()["paths"]
        self.sent: set[tuple[str, str]] = set()
        self.answers: list[httpx.Response] = []
        self.entries: dict[str, str] = {}  # kind → its newest entry
        self.record = self.child = self.erased = ""
        self.neighbour = county.open_record()

    @property
    def records(self) -> tuple[str, str, str]:
        return self.record, self.child, self.neighbour

    def everything(self, **opening: object) -> "Life":
        """Every act there is on records. opening: what else the record begins with."""
        self.record = str(self.send(RECORDS, {"login": login(self.resident), **opening})["record"])
        unborn = {"channel": "pregnancy", "documents": [TEMPORARY], "mother": self.record, "login": None}
        self.child = str(self.send(RECORDS, unborn)["record"])
        self.contributed()
        self.care()
        self.childhood()
        self.cards()
        self.referrals()
        self.decisions()
        self.access()
        self.keeping()
        self.ending()
        self.erasure()
        return self

    def examples(self, path: str) -> dict[str, Any]:
        """The documented bodies of a route, by name; none where it takes no body."""
        body = self.paths[path]["post"].get("requestBody")
        examples = body["content"]["application/json"]["examples"] if body else {}
        return {name: one["value"] for name, one in examples.items()}

    def send(
        self,
        path: str,
        changes: Mapping[str, object] = NONE,
        who: Who = NURSE,
        example: str | None = None,
        **ids: str,
    ) -> Json:
        """Send an example with fields of its body changed, none that is None, and see that it is kept.

        ids: of the path; the record is else the resident's.
        """
        name, record = example or next(iter(self.examples(path))), ids.setdefault("record_id", self.record)
        told = {**self.more, **self.examples(path)[name], **changes}
        body = {key: value for key, value in told.items() if value is not None}
        needs_version = any(one["name"] == "If-Match" for one in self.paths[path]["post"]["parameters"])
        seen = self.county.get(f"{RECORDS}/{record}", *MANAGER).headers["ETag"] if needs_version else None
        answer = self.county.post(path.format(**ids), body, *who, if_match=seen)
        assert answer.status_code == 201, (path, name, answer.text)
        self.sent.add((path, name))
        self.answers.append(answer)
        kept: Json = answer.json()
        return kept

    def add(self, kind: str, who: Who = NURSE, record: str = "", form: str = "", **changes: object) -> str:
        """Add an entry: the example of the form, with fields of its content changed."""
        path, name = f"{RECORD}/{kind}", form or FORMS[kind][0]
        content = self._content(name, self.examples(path)[name]["content"], changes)
        kept = self.send(path, {"content": content}, who, name, record_id=record or self.record)
        self.entries[kind] = str(kept["entry"])
        return self.entries[kind]

    def refer(self, kind: str) -> str:
        """Send the resident elsewhere, or ask there, today: terms are counted from that."""
        path, name = f"{RECORD}/{kind}", FORMS[kind][0]
        term = {"to": str(self.county.other_clinic), "until": SOON}
        content = self._content(name, self.examples(path)[name]["content"], term)
        told = {"content": content, "occurred_at": NOW.isoformat(timespec="seconds")}
        self.entries[kind] = str(self.send(path, told, NURSE, name)["entry"])
        return self.entries[kind]

    def follow(self, of: str, name: str, who: Who = NURSE, entry: str = "", record: str = "") -> str:
        """Add what follows the newest entry of the collection, or the entry named."""
        path, form = f"{RECORD}/{of}/{{entry_id}}/{name}", SEQUELS[of][name].form
        content = self._content(form, self.examples(path)[form]["content"], {})
        ids = {"record_id": record or self.record, "entry_id": entry or self.entries[of]}
        return str(self.send(path, {"content": content}, who, form, **ids)["event"])

    def change(self, name: str, who: Who = NURSE, record: str = "", **changes: object) -> Json:
        """Change what is there; a content is an allergy's, as in every example."""
        path = f"{RECORD}/{name}"
        example = next(iter(self.examples(path).values()))
        words = self.plant(name, {field: example[field] for field in ("reason", "note") if field in example})
        if "content" in example:
            words["content"] = self._content("allergy", example["content"], {})
        return self.send(path, {**words, **changes}, who, record_id=record or self.record)

    def _content(self, form: str, example: Json, changes: Mapping[str, object]) -> Json:
        changed = {name: value for name, value in {**example, **changes}.items() if value is not None}
        return self.plant(form, changed)

    def contributed(self) -> None:
        """A card is issued, and by it another institution adds an allergy, which is filed and put right."""
        self.add("basic-information")
        number = str(self.add_card()["number"])
        path = "/v1/contributions"
        content = self._content("allergy", self.examples(path)["contributions"]["content"], {})
        find = {"kind": "card", "value": number}
        self.entries["allergies"] = str(
            self.send(path, {"find": find, "content": content}, OTHER_NURSE)["event"]
        )
        self.change("filings", MANAGER, entries=[self.entries["allergies"]])
        self.change("corrections", entry=self.entries["allergies"])
        self.add("correction-requests", entry=self.entries["allergies"])
        self.follow("correction-requests", "decision", MANAGER)
        self.change("retractions", entry=self.entries["allergies"])

    def add_card(self) -> Json:
        """The content with which a card was issued."""
        path = f"{RECORD}/cards"
        content = self._content("card", self.examples(path)["card"]["content"], {})
        self.entries["cards"] = str(self.send(path, {"content": content})["entry"])
        return content

    def care(self) -> None:
        for kind in ("examinations", "encounters", "problems", "allergies", "medications"):
            self.add(kind)
        for kind in ("immunizations", "documents", "health-education", "care-plans"):
            self.add(kind)
        for programme, follow_ups in PROGRAMMES.items():
            self.add("programmes", programme=programme)
            for form in follow_ups:
                if form != NEWBORN:
                    self.add("follow-ups", form=form)
        self.follow("programmes", "exit")
        self.follow("problems", "resolution")
        self.follow("medications", "stop")
        self.follow("care-plans", "evaluation")
        self.follow("entries", "filing", MANAGER, self.entries["encounters"])
        self.follow("entries", "attestation", entry=self.entries["encounters"])

    def childhood(self) -> None:
        """Born, followed, and spoken for by a guardian."""
        self.add("births", record=self.child)
        self.add("programmes", record=self.child, programme="child")
        self.add("follow-ups", record=self.child, form=NEWBORN)
        self.add("guardians", record=self.child, login=login(self.guardian))
        self.add(
            "statements", (self.guardian, "self"), self.child, by="guardian", about=self.entries["follow-ups"]
        )
        self.follow("guardians", "ending", record=self.child)

    def cards(self) -> None:
        self.follow("cards", "loss")
        self.entries["cards"] = self.follow("cards", "replacement")
        self.follow("cards", "revocation")

    def referrals(self) -> None:
        for answers in (("decline",), ("acceptance", "return")):
            self.refer("referrals")
            for name in answers:
                self.follow("referrals", name, OTHER_NURSE)
        self.refer("referrals")
        self.follow("referrals", "cancellation")
        for name, who in (("opinion", OTHER_NURSE), ("decline", OTHER_NURSE), ("cancellation", NURSE)):
            self.refer("consultations")
            self.follow("consultations", name, who)

    def decisions(self) -> None:
        wang = self.resident, "self"
        self.add("relationships", record=self.record)
        self.add("restrictions", wang)
        self.follow("restrictions", "lifting", wang)
        self.add("research-opt-outs")  # a representative's, typed by the nurse
        self.follow("research-opt-outs", "ending", wang)
        self.add("consent-withdrawals", wang)
        self.change("consents", wang)
        self.send(REFUSALS, institution_id=str(self.county.clinic))

    def access(self) -> None:
        """Others are let in: by two decisions, by law, in an emergency; and notice is given of it."""
        wang, to = (self.resident, "self"), str(self.county.other_clinic)
        for steps in (
            [("refusal", MANAGER)],
            [("objection", wang)],
            [("approval", MANAGER), ("withdrawal", OTHER_NURSE)],
            [("approval", MANAGER), ("agreement", wang), ("revocation", wang)],
        ):
            self.add("access-applications", OTHER_NURSE, to=to)
            for name, who in steps:
                self.follow("access-applications", name, who)
        self.add("statutory-disclosures", LAWYER)
        self.follow("statutory-disclosures", "ending", LAWYER)
        self.add("emergency-accesses", AT_NIGHT)
        self.follow("emergency-accesses", "review", MANAGER)
        self.add("notice-rules", wang)
        self.follow("notice-rules", "lifting", wang)
        self.add("legal-holds", LAWYER)
        self.follow("legal-holds", "release", LAWYER)

    def keeping(self) -> None:
        linked = [
            str(self.send(f"{RECORD}/identities", example=name)["event"])
            for name in self.examples(f"{RECORD}/identities")
        ]
        self.change("unlinkings", MANAGER, link=linked[0])
        self.add("quality-findings", MANAGER, about=self.entries["examinations"])
        self.follow("quality-findings", "resolution", MANAGER)
        self.add("authenticity-checks", MANAGER, about=self.entries["examinations"])
        self.add("identity-disputes", other=self.neighbour)
        self.follow("identity-disputes", "settlement", MANAGER)
        self.change("numbers", MANAGER)
        self.change("misfilings", MANAGER, entry=self.entries["encounters"], to=self.neighbour)
        self.change("mergings", MANAGER, into=self.neighbour)
        self.change("unmergings", MANAGER, into=self.neighbour)

    def ending(self) -> None:
        self.change("closing")
        self.change("reopening")
        self.change("closing", reason="death")
        self.add("representatives", login=login(self.heir))
        self.follow("representatives", "ending")

    def erasure(self) -> None:
        """Three orders: cancelled; of an old document; of the record of somebody who died long ago."""
        self.add("erasure-orders", ORDERING)
        self.follow("erasure-orders", "cancellation", ORDERING)
        nurse, scan = Uploader(self.county), b"a scan of long ago"
        entry = {**document_entry(nurse.upload(self.record, scan), scan), "occurred_at": "1990-03-02"}
        attached = self.county.post(f"{RECORDS}/{self.record}/documents", entry)
        named = [attached.json()["entry"]]
        order = self.add("erasure-orders", ORDERING, scope="documents", entries=named)
        self.change("erasures", ERASING, order=order)
        self.erased = self.county.open_record()
        self.change("closing", record=self.erased, reason="death", occurred_at="1990-03-02")
        order = self.add("erasure-orders", ORDERING, self.erased, basis="term-ended", authority=None)
        self.change("erasures", ERASING, self.erased, order=order)
