"""`Records`: one method per command and read, the gate in front of each; nothing about where events live."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from domain.access import POLICY, Actor
from domain.document_port import NO_DOCUMENTS, DocumentStore
from domain.documents import DocumentGate
from domain.erasure_port import NO_ERASER, Eraser
from domain.evidence_port import NO_PACKER, EvidencePacker
from domain.gate import wait_a_little
from domain.histories import Histories
from domain.institution_commands import InstitutionCommands
from domain.numbering import RecordNumbers
from domain.policy import Policy
from domain.ports import EventLog, RecordRenderer
from domain.record_commands import RecordCommands
from domain.record_contributions import RecordContributions
from domain.record_counts import RecordCounts
from domain.record_creation import RecordCreation
from domain.record_current import NO_BODIES, Bodies, RecordCurrent
from domain.record_documents import RecordDocuments
from domain.record_erasure import RecordErasure
from domain.record_evidence import RecordEvidence
from domain.record_lists import RecordLists
from domain.record_number import SchemeChoice
from domain.record_renumbering import RecordRenumbering
from domain.record_replays import RecordReplays
from domain.record_trail import RecordTrail
from domain.requests import Request
from domain.unusual_commands import UnusualCommands
from domain.view_commands import ViewCommands
from domain.views import NO_VIEWS, Views


def utc_now() -> datetime:
    return datetime.now(UTC)


class Records(
    RecordCreation,
    RecordCommands,
    RecordContributions,
    RecordRenumbering,
    RecordCurrent,
    RecordTrail,
    RecordReplays,
    RecordEvidence,
    RecordLists,
    RecordCounts,
    RecordDocuments,
    RecordErasure,
    InstitutionCommands,
    Histories,
    UnusualCommands,
    ViewCommands,
):
    """The application. API, command line and importers hold one of these and nothing below it.

    Every method first answers a repeated request (same key) with its first answer, then asks who calls and
    whether they may, then decides. Entries are decided again when the record moved meanwhile; what depends on
    what the caller saw takes the version they saw. Any method may raise CallerUnknown, NotAvailable,
    NotPermitted, PurposeRefused, KeyReused, LogBusy, LogUnavailable or ClockWrong besides what it names.
    """

    def __init__(
        self,
        log: EventLog,
        render: RecordRenderer,
        clock: Callable[[], datetime] = utc_now,
        new_id: Callable[[], UUID] = uuid4,
        *,
        policy: Policy = POLICY,
        pause: Callable[[int], None] = wait_a_little,
        schemes: Sequence[SchemeChoice] = (),
        documents: DocumentStore = NO_DOCUMENTS,
        views: Views = NO_VIEWS,
        bodies: Bodies = NO_BODIES,
        packer: EvidencePacker = NO_PACKER,
        eraser: Eraser = NO_ERASER,
    ) -> None:
        """clock: the time now, aware; new_id: random ids; pause: waits before the n-th repetition.

        schemes: the number schemes that areas chose instead of the usual one. documents: keeps uploads.
        views: the lists over many records. bodies: keeps what was rendered. packer: makes evidence packages.
        eraser: destroys keys.
        """
        self.gate = DocumentGate(log, clock, new_id, policy, pause, documents=documents)
        self.documents = documents
        self.render = render
        self.views = views
        self.bodies = bodies
        self.packer = packer
        self.eraser = eraser
        self.numbers = RecordNumbers(log, schemes, clock)

    def who_calls(self, request: Request) -> Actor:
        """Who the caller is here. Raises CallerUnknown."""
        return self.gate.caller(request)
