"""A life in which everything happens that can happen to a record, in an order in which it can."""

from typing import cast
from uuid import UUID

from domain.document_port import NoDocuments, Upload
from domain.documents import DocumentGate
from domain.entries import FORMS
from domain.identity import identity_document
from domain.requests import (
    Consent,
    Correction,
    Misfiling,
    NewEntry,
    NewSequel,
    Request,
)
from domain.sequels import SEQUELS
from domain.values import Occurred, occurred
from tests.builders import (
    AREA,
    KEEPER,
    LI_ID,
    NURSE,
    OTHER_NURSE,
    TODAY,
    WANG,
    content,
    identity_number,
    login,
    new_record,
    request,
)
from tests.county import County

LATER = occurred("2026-06-01T09:45:00+08:00")
DAUGHTER = request("daughter", "self")
LAWYER = request("doctor", "legal")  # the record manager, before a certificate
ORDERING, ERASING = request("county", "legal"), request("deputy", "legal")  # two at the county bureau
UPLOAD = UUID(int=2**64)
OLD_ID = identity_number("19200102", 3)
LONG_AGO = occurred("1990-03-02")
OTHER_NURSE_AT_NIGHT = request("other-nurse", "emergency")


class Uploaded(NoDocuments):
    """Whatever is named was uploaded: the bytes of the form's example."""

    def take(self, upload: UUID, record: UUID) -> Upload | None:
        told = content("document")
        length, sha256, sha512 = (told[name] for name in ("length", "sha256", "sha512"))
        size = cast(int, length)
        return Upload(upload, record, size, size, "accepted", None, str(sha256), str(sha512))

    def keep(self, upload: UUID) -> None:
        """It is."""


class Life:
    """One record and what has happened to it, at the clinic of a county."""

    def __init__(self, county: County, record: UUID | None = None) -> None:
        self.county, self.records = county, county.records
        self.record = record or county.open_record()
        self.entries: dict[str, UUID] = {}

    @property
    def version(self) -> int:
        return self.county.log.head(self.record)

    def add(
        self,
        kind: str,
        who: Request = NURSE,
        form: str | None = None,
        when: Occurred = TODAY,
        **changes: object,
    ) -> UUID:
        """Add an entry made of its form's example."""
        name = form or FORMS[kind][0]
        entry = NewEntry(kind, content(name, **changes), when, form=name)
        stored = self.records.add_entry(who, self.record, entry).stored[0]
        self.entries[kind] = stored.event
        return stored.event

    def follow(
        self, of: str, name: str, who: Request = NURSE, entry: UUID | None = None, **changes: object
    ) -> UUID:
        """Add what follows the last entry of the collection, made of its form's example."""
        filled = content(SEQUELS[of][name].form, **changes)
        sequel = NewSequel(of, name, entry or self.entries[of], filled, LATER)
        stored = self.records.follow_entry(who, self.record, sequel).stored[0]
        return stored.event

    def everything(self) -> "Life":
        """Every event of the catalogue outside access, proof and custody."""
        self.care()
        self.cards()
        self.referrals()
        self.resident()
        self.access()
        self.keeping()
        self.ending()
        self.erasure()
        return self

    def care(self) -> None:
        self.add("basic-information", identity_number=None)
        for kind in ("examinations", "encounters", "problems", "allergies", "medications"):
            self.add(kind)
        for kind in ("immunizations", "documents", "health-education", "care-plans"):
            self.add(kind)
        self.add("programmes", programme="hypertension")
        self.add("follow-ups", form="hypertension-follow-up")
        self.follow("problems", "resolution")
        self.follow("medications", "stop")
        self.follow("care-plans", "evaluation")
        self.follow("programmes", "exit")

    def cards(self) -> None:
        self.add("cards")
        self.follow("cards", "loss")
        self.entries["cards"] = self.follow("cards", "replacement")
        self.follow("cards", "revocation")

    def referrals(self) -> None:
        other = str(self.county.other_clinic)
        for ending in (("decline",), ("acceptance", "return")):
            self.add("referrals", to=other)
            for name in ending:
                self.follow("referrals", name, OTHER_NURSE)
        self.add("referrals", to=other)
        self.follow("referrals", "cancellation")
        for name, who in (("opinion", OTHER_NURSE), ("decline", OTHER_NURSE), ("cancellation", NURSE)):
            self.add("consultations", to=other)
            self.follow("consultations", name, who)

    def resident(self) -> None:
        self.add("representatives", capacity="representative", basis="authorisation", login=login("daughter"))
        self.follow("representatives", "ending")
        self.add("guardians", basis="court", login=login("son"))
        self.follow("guardians", "ending")
        self.add("statements", WANG, by="resident", about=self._text("encounters"))
        self.add("restrictions", WANG, by="resident")
        self.follow("restrictions", "lifting", WANG, by="resident")
        self.add("research-opt-outs", WANG, by="resident")
        self.follow("research-opt-outs", "ending", WANG, by="resident")
        self.add("consent-withdrawals", WANG, by="resident")
        self.records.give_consent(WANG, self.record, Consent("resident"))
        self.add("correction-requests", WANG, by="resident", entry=self._text("allergies"))
        self.follow("correction-requests", "decision", KEEPER)

    def access(self) -> None:
        """Who else was let in: by two decisions, by law, in an emergency; and what is told of it."""
        to = str(self.county.other_clinic)
        for steps in (
            [("refusal", KEEPER)],
            [("objection", WANG)],
            [("approval", KEEPER), ("withdrawal", OTHER_NURSE)],
            [("approval", KEEPER), ("agreement", WANG), ("revocation", WANG)],
        ):
            self.add("access-applications", OTHER_NURSE, to=to)
            for name, who in steps:
                self.follow("access-applications", name, who)
        self.add("statutory-disclosures", LAWYER)
        self.follow("statutory-disclosures", "ending", LAWYER)
        self.add("emergency-accesses", OTHER_NURSE_AT_NIGHT)
        self.follow("emergency-accesses", "review", KEEPER)
        self.add("notice-rules", WANG)
        self.follow("notice-rules", "lifting", WANG)
        self.add("legal-holds", LAWYER)
        self.follow("legal-holds", "release", LAWYER)
        self.add("erasure-orders", ORDERING)
        self.follow("erasure-orders", "cancellation", ORDERING)

    def keeping(self) -> None:
        self.follow("entries", "filing", KEEPER, self.entries["encounters"])
        self.follow("entries", "attestation", entry=self.entries["encounters"])
        self.add("quality-findings", KEEPER, about=self._text("examinations"))
        self.follow("quality-findings", "resolution", KEEPER)
        self.add("authenticity-checks", KEEPER, about=self._text("examinations"))
        self.add("identity-disputes", other=None)
        self.follow("identity-disputes", "settlement", KEEPER)
        self.records.renumber_record(KEEPER, self.record, self.version, "error", f"{AREA}00099")
        passport = identity_document("passport", "E12345678", issuer="CHN")
        linked = self.records.link_identity(NURSE, self.record, passport).stored[0].event
        self.records.unlink_identity(KEEPER, self.record, self.version, linked, "of a namesake")
        allergy = self.entries["allergies"]
        wrong = Correction(allergy, "misread", content("allergy"), TODAY, entry_occurred=TODAY)
        self.records.correct_entry(NURSE, self.record, self.version, wrong)
        self.records.retract_entry(NURSE, self.record, self.version, allergy, "in error")

    def ending(self) -> None:
        """Misfiled, merged and unmerged with a neighbour's record; a child born; closed and reopened."""
        neighbour = self.county.open_record(LI_ID, "li")
        misfiled = Misfiling(self.entries["encounters"], "another resident's", neighbour)
        self.records.misfile_entry(KEEPER, self.record, self.version, misfiled)
        self.records.merge_records(KEEPER, self.record, self.version, neighbour, "one person")
        self.records.unmerge_records(KEEPER, self.record, self.version, neighbour, "two after all")
        unborn = identity_document("temporary", None, reason="not yet born")
        pregnancy = new_record(unborn, channel="pregnancy", mother=self.record)
        child = Life(self.county, self.records.create_record(NURSE, pregnancy).record)
        child.add("births")
        self.records.close_record(NURSE, self.record, self.version, reason="death", since=TODAY)
        self.add("representatives", login=login("daughter"))
        self.records.reopen_record(NURSE, self.record, self.version, reason="closed in error")

    def erasure(self) -> None:
        """A document of long ago is erased by order, and the record of somebody who died as long ago."""
        gate = cast(DocumentGate, self.records.gate)
        gate.documents = Uploaded()
        scan = content("document", data=None, blob=str(UPLOAD))
        entry = NewEntry("documents", scan, LONG_AGO, form="document", edition="2026.2")
        document = self.records.add_entry(NURSE, self.record, entry).stored[0].event
        self.add("erasure-orders", ORDERING, scope="documents", entries=[str(document)])
        self.erase(ERASING)
        dead = Life(self.county, self.county.open_record(OLD_ID, "old"))
        dead.records.close_record(NURSE, dead.record, dead.version, reason="death", since=LONG_AGO)
        dead.add("erasure-orders", ORDERING, basis="term-ended", authority=None)
        dead.erase(ERASING)

    def erase(self, who: Request) -> UUID:
        """Carry out the last order."""
        erased = self.records.carry_out_erasure(who, self.record, self.entries["erasure-orders"])
        return erased.stored[0].event

    def _text(self, kind: str) -> str:
        return str(self.entries[kind])
