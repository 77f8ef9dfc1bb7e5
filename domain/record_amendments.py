"""The commands that put a record right: correct, retract, move misfiled entries, unlink, merge."""

from typing import cast
from uuid import UUID

from domain.entries import KINDS
from domain.errors import NotAvailable, StaleVersion
from domain.filling import check, identities, login_claim
from domain.gate import Pass, as_told, denied
from domain.institution_state import Login
from domain.misfiled import Events, Move, remarks
from domain.ports import Answer, Claim
from domain.record import Record
from domain.record_errors import CannotMisfile
from domain.record_events import IdentityLinked
from domain.record_seen import SeenChanges
from domain.record_state import EntryState
from domain.requests import Correction, Misfiling, Request
from domain.showing import limited
from domain.values import IdentityDocument, accept_clock


class RecordAmendments(SeenChanges):
    """What can be asked to be put right. Mixed into `Records`."""

    def correct_entry(
        self, request: Request, record_id: UUID, expected_version: int, correction: Correction
    ) -> Answer:
        """Correct an entry the caller has seen, under the edition of the day on which that occurred.

        Raises StaleVersion, UnknownEntry, EntryRetracted, ReasonMissing, FormNotAccepted, ContentRefused,
        OccurredRefused, RecordClosed (care that is dated after the closing).
        """

        def change(record: Record, passed: Pass) -> None:
            entry = record.standing(correction.entry)
            self._may_amend(record, passed, entry)
            redated = correction.entry_occurred
            if redated is not None:
                redated = accept_clock(redated, self.gate.clock())
            checked = check(entry.form, correction.edition, redated or entry.occurred, correction.content)
            record.correct(
                self.gate.act(passed, correction.occurred),
                correction.entry,
                reason=correction.reason,
                form=checked.form,
                content=checked.content,
                entry_occurred=redated,
            )

        return self.change_seen(request, "correct", record_id, expected_version, change)

    def retract_entry(
        self, request: Request, record_id: UUID, expected_version: int, entry: UUID, reason: str
    ) -> Answer:
        """Retract an entry the caller has seen.

        Raises StaleVersion, UnknownEntry, EntryRetracted, ReasonMissing, or NotAvailable (withheld).
        """

        def change(record: Record, passed: Pass) -> None:
            self._may_amend(record, passed, record.standing(entry))
            record.retract(self.gate.act(passed), entry, reason=reason)

        return self.change_seen(request, "retract", record_id, expected_version, change)

    def misfile_entry(
        self, request: Request, record_id: UUID, expected_version: int, misfiling: Misfiling
    ) -> Answer:
        """Hide an entry that is another resident's, and write it into the right record in the same append.

        The entry there is the practitioner's own, entered by who moves it; what hangs on it goes along, or is
        hidden (domain.misfiled). The answer begins with what was stored here.
        Raises StaleVersion, UnknownEntry, CannotMisfile, ReasonMissing, or what the right record refuses.
        """

        def attempt() -> Answer:
            record, passed = self.gate.enter_record(request, "misfile", record_id)
            if record.version != expected_version:
                raise StaleVersion(record_id, record.version)
            events = [one.event for one in self.gate.log.read(record.id, upto_version=record.version)]
            move = self._move(request, record, passed, events, misfiling) if misfiling.to else None
            self._misfile(record, passed, misfiling, events, move)
            return self.gate.append(passed, record, also=[move.right] if move else [])

        return self.gate.once(request, lambda: self.gate.insist(attempt, seen=record_id), as_told)

    def _misfile(
        self, record: Record, passed: Pass, misfiling: Misfiling, events: Events, move: Move | None
    ) -> None:
        """The entry first, then the remarks on it, but for those that were hidden before and stay."""
        entry, reason, right = misfiling.entry, misfiling.reason, misfiling.to
        act = self.gate.act(passed)
        cause = str(act.event_id)
        moved = move.entry(entry, cause) if move else None
        record.misfile(act, entry, reason=reason, moved_to=right, moved_entry=moved)
        shown = limited(self.gate, record, passed)
        for remark in remarks(record, events, entry):
            state = record.state.entries[str(remark)]
            act, goes = self.gate.act(passed, cause=cause), None
            if move and moved and shown.shows(state.kind):
                goes = move.remark(remark, moved, str(act.event_id))
            if goes or not state.misfiled:
                to = right if goes else None
                record.misfile(act, remark, reason=reason, moved_to=to, moved_entry=goes)

    def unlink_identity(
        self, request: Request, record_id: UUID, expected_version: int, link: UUID, reason: str
    ) -> Answer:
        """Untie the record from another person's document or login, by the event that linked it.

        What was claimed for it is free in the same append. Raises StaleVersion, IdentityNotLinked,
        LastIdentity, ReasonMissing.
        """

        def attempt() -> Answer:
            record, passed = self.gate.enter_record(request, "unlink-identity", record_id)
            if record.version != expected_version:
                raise StaleVersion(record_id, record.version)
            record.unlink_identity(self.gate.act(passed), link, reason)
            return self.gate.append(passed, record, releases=self._claimed(record, link))

        return self.gate.once(request, attempt, as_told)

    def merge_records(
        self, request: Request, record_id: UUID, expected_version: int, into: UUID, reason: str
    ) -> Answer:
        """Tell on both records that they are one person's: this one is kept, the other goes on.

        Raises StaleVersion, CannotMerge, IdentityInDispute, ReasonMissing.
        """

        def attempt() -> Answer:
            record, other, passed, theirs = self._both(request, record_id, expected_version, into)
            other.merge(self.gate.act(theirs), record, goes_on=True, reason=reason)
            record.merge(self.gate.act(passed), other, goes_on=False, reason=reason)
            return self.gate.append(passed, record, also=[other])

        return self.gate.once(request, lambda: self.gate.insist(attempt, seen=record_id), as_told)

    def unmerge_records(
        self, request: Request, record_id: UUID, expected_version: int, into: UUID, reason: str
    ) -> Answer:
        """Undo a merging on both records. Raises StaleVersion, NotMerged, ReasonMissing."""

        def attempt() -> Answer:
            record, other, passed, theirs = self._both(request, record_id, expected_version, into)
            record.unmerge(self.gate.act(passed), other.id, goes_on=False, reason=reason)
            other.unmerge(self.gate.act(theirs), record.id, goes_on=True, reason=reason)
            return self.gate.append(passed, record, also=[other])

        return self.gate.once(request, lambda: self.gate.insist(attempt, seen=record_id), as_told)

    def _may_amend(self, record: Record, passed: Pass, entry: EntryState) -> None:
        """Raise NotAvailable, written down, where the caller has not seen it or it is not theirs to change.

        What the resident decided is put right by the record manager alone: else whoever it keeps out could
        undo it.
        """
        self._must_see(record, passed, entry)
        if KINDS[entry.kind].action == "resident-part":
            self.gate.must(passed, "decide-correction", record)

    def _must_see(self, record: Record, passed: Pass, entry: EntryState | None) -> None:
        """Raise NotAvailable, written down, for an entry of a section that is withheld from the caller."""
        if entry is not None and not limited(self.gate, record, passed).shows(entry.kind):
            self.gate.refuse(denied(passed, "section-withheld"), record)
            raise NotAvailable

    def _both(
        self, request: Request, record_id: UUID, expected_version: int, other_id: UUID
    ) -> tuple[Record, Record, Pass, Pass]:
        """Two records, both the caller's to keep; the first at the version seen."""
        record, passed = self.gate.enter_record(request, "merge", record_id)
        other, theirs = self.gate.enter_record(request, "merge", other_id)
        if record.version != expected_version:
            raise StaleVersion(record_id, record.version)
        return record, other, passed, theirs

    def _move(
        self, request: Request, wrong: Record, passed: Pass, events: Events, misfiling: Misfiling
    ) -> Move:
        """The way into the right record. Raises CannotMisfile, or NotAvailable for what is withheld."""
        entry = wrong.state.entry(misfiling.entry)
        self._must_see(wrong, passed, entry)
        right, theirs = self.gate.enter_record(request, "receive-misfiled", misfiling.to or wrong.id)
        if entry is None or entry.retracted or entry.is_erased or right.id == wrong.id:
            raise CannotMisfile
        if KINDS[entry.kind].action != "add-entry":
            raise CannotMisfile
        return Move(events, wrong, right, lambda occurred, cause: self.gate.act(theirs, occurred, cause))

    def _claimed(self, record: Record, link: UUID) -> list[Claim]:
        """What was claimed with a link: its document or login stands in the log only."""
        events = [one.event for one in self.gate.log.read(record.id)]
        linked = [one for one in events if isinstance(one, IdentityLinked) and one.event_id == link]
        told = linked[0].identity
        if told["kind"] == "login":
            return [login_claim(Login(issuer=str(told["issuer"]), subject=str(told["subject"])))]
        return identities([cast(IdentityDocument, told)])
