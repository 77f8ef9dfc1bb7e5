"""What follows an entry: answers, endings, filing. Each class is a row of domain.sequels under its topic."""

from typing import ClassVar

from eventsourcing.utils import register_topic

from domain.record_events.access import ABOUT_ACCESS
from domain.record_events.base import EntryFollowed, Folded, begun
from domain.record_events.erasure import ErasureCancelled


class ReferralAccepted(EntryFollowed):
    """The institution it was addressed to takes the resident."""

    TOPIC: ClassVar[str] = "record.referral-accepted.v1"
    LIFECYCLE: ClassVar[str] = "receive"
    OF: ClassVar[tuple[str, ...]] = ("referrals",)
    NAME: ClassVar[str] = "acceptance"


class ReferralDeclined(EntryFollowed):
    """The institution it was addressed to does not take the resident, or no more, having accepted them."""

    TOPIC: ClassVar[str] = "record.referral-declined.v1"
    OF: ClassVar[tuple[str, ...]] = ("referrals",)
    NAME: ClassVar[str] = "decline"


class ReferralReturned(EntryFollowed):
    """The resident comes back with what was found and what is to be done (双向转诊单，回转)."""

    TOPIC: ClassVar[str] = "record.referral-returned.v1"
    LIFECYCLE: ClassVar[str] = "transmit"
    OF: ClassVar[tuple[str, ...]] = ("referrals",)
    NAME: ClassVar[str] = "return"


class ReferralCancelled(EntryFollowed):
    """Who keeps the record took the referral back, before the resident came back from it."""

    TOPIC: ClassVar[str] = "record.referral-cancelled.v1"
    LIFECYCLE: ClassVar[str] = "deprecate"
    OF: ClassVar[tuple[str, ...]] = ("referrals",)
    NAME: ClassVar[str] = "cancellation"


class ConsultationRecorded(EntryFollowed):
    """The institution asked gave its opinion (会诊记录表)."""

    TOPIC: ClassVar[str] = "record.consultation-recorded.v1"
    LIFECYCLE: ClassVar[str] = "receive"
    OF: ClassVar[tuple[str, ...]] = ("consultations",)
    NAME: ClassVar[str] = "opinion"


class ConsultationDeclined(EntryFollowed):
    """The institution asked gives no opinion."""

    TOPIC: ClassVar[str] = "record.consultation-declined.v1"
    OF: ClassVar[tuple[str, ...]] = ("consultations",)
    NAME: ClassVar[str] = "decline"


class ConsultationCancelled(EntryFollowed):
    """Who keeps the record asks for the opinion no more."""

    TOPIC: ClassVar[str] = "record.consultation-cancelled.v1"
    LIFECYCLE: ClassVar[str] = "deprecate"
    OF: ClassVar[tuple[str, ...]] = ("consultations",)
    NAME: ClassVar[str] = "cancellation"


class ProblemResolved(EntryFollowed):
    """The problem is over."""

    TOPIC: ClassVar[str] = "record.problem-resolved.v1"
    OF: ClassVar[tuple[str, ...]] = ("problems",)
    NAME: ClassVar[str] = "resolution"


class MedicationStopped(EntryFollowed):
    """The resident takes it no more."""

    TOPIC: ClassVar[str] = "record.medication-stopped.v1"
    OF: ClassVar[tuple[str, ...]] = ("medications",)
    NAME: ClassVar[str] = "stop"


class ProgrammeExited(EntryFollowed):
    """Managed care under the programme ended."""

    TOPIC: ClassVar[str] = "record.programme-exited.v1"
    OF: ClassVar[tuple[str, ...]] = ("programmes",)
    NAME: ClassVar[str] = "exit"


class EffectEvaluated(EntryFollowed):
    """What the plan achieved, measured."""

    TOPIC: ClassVar[str] = "record.effect-evaluated.v1"
    OF: ClassVar[tuple[str, ...]] = ("care-plans",)
    NAME: ClassVar[str] = "evaluation"


class CardLost(EntryFollowed):
    """The card was reported lost: it finds nothing until it is replaced."""

    TOPIC: ClassVar[str] = "record.card-lost.v1"
    OF: ClassVar[tuple[str, ...]] = ("cards",)
    NAME: ClassVar[str] = "loss"


class CardRevoked(EntryFollowed):
    """The card is valid no more."""

    TOPIC: ClassVar[str] = "record.card-revoked.v1"
    LIFECYCLE: ClassVar[str] = "deprecate"
    OF: ClassVar[tuple[str, ...]] = ("cards",)
    NAME: ClassVar[str] = "revocation"


class RepresentationEnded(EntryFollowed):
    """Whoever spoke for the resident does so no more."""

    TOPIC: ClassVar[str] = "record.representation-ended.v1"
    LIFECYCLE: ClassVar[str] = "deprecate"
    OF: ClassVar[tuple[str, ...]] = ("guardians", "representatives")
    NAME: ClassVar[str] = "ending"


class ResearchOptOutEnded(EntryFollowed):
    """The record may be used in research again."""

    TOPIC: ClassVar[str] = "record.research-opt-out-ended.v1"
    OF: ClassVar[tuple[str, ...]] = ("research-opt-outs",)
    NAME: ClassVar[str] = "ending"


class RestrictionLifted(EntryFollowed):
    """The sections are shown again."""

    TOPIC: ClassVar[str] = "record.restriction-lifted.v1"
    OF: ClassVar[tuple[str, ...]] = ("restrictions",)
    NAME: ClassVar[str] = "lifting"


class CorrectionDecided(EntryFollowed):
    """What was asked to be put right is, or is not, and why; the correction itself is an event of its own."""

    TOPIC: ClassVar[str] = "record.correction-decided.v1"
    OF: ClassVar[tuple[str, ...]] = ("correction-requests",)
    NAME: ClassVar[str] = "decision"


class IdentitySettled(EntryFollowed):
    """Whose record it is, is clear again."""

    TOPIC: ClassVar[str] = "record.identity-settled.v1"
    LIFECYCLE: ClassVar[str] = "verify"
    OF: ClassVar[tuple[str, ...]] = ("identity-disputes",)
    NAME: ClassVar[str] = "settlement"


class QualityFindingResolved(EntryFollowed):
    """What was found is mended, or was no fault."""

    TOPIC: ClassVar[str] = "record.quality-finding-resolved.v1"
    LIFECYCLE: ClassVar[str] = "verify"
    OF: ClassVar[tuple[str, ...]] = ("quality-findings",)
    NAME: ClassVar[str] = "resolution"


class EntryAttested(EntryFollowed):
    """A practitioner answers for the entry with their name, or with a signature of their own."""

    TOPIC: ClassVar[str] = "record.entry-attested.v1"
    LIFECYCLE: ClassVar[str] = "attest"
    OF: ClassVar[tuple[str, ...]] = ("entries",)
    NAME: ClassVar[str] = "attestation"


class CardReplaced(EntryFollowed):
    """A new card came in place of this one. It is an entry too: the new card, by the id of this event."""

    TOPIC: ClassVar[str] = "record.card-replaced.v1"
    OF: ClassVar[tuple[str, ...]] = ("cards",)
    NAME: ClassVar[str] = "replacement"

    def apply(self, aggregate: Folded) -> None:
        super().apply(aggregate)
        state = aggregate.state
        state.add(self.event_id, begun(self, state.entries[str(self.entry)].kind, state.custodian))


class EntryFiled(EntryFollowed):
    """A record manager took the entry into the record; until then it is a draft."""

    TOPIC: ClassVar[str] = "record.entry-filed.v1"
    LIFECYCLE: ClassVar[str] = "archive"
    OF: ClassVar[tuple[str, ...]] = ("entries",)
    NAME: ClassVar[str] = "filing"

    def apply(self, aggregate: Folded) -> None:
        super().apply(aggregate)
        aggregate.state.file(self.entry)


_SEQUELS: tuple[type[EntryFollowed], ...] = (
    ReferralAccepted,
    ReferralDeclined,
    ReferralReturned,
    ReferralCancelled,
    ConsultationRecorded,
    ConsultationDeclined,
    ConsultationCancelled,
    ProblemResolved,
    MedicationStopped,
    ProgrammeExited,
    EffectEvaluated,
    CardLost,
    CardRevoked,
    RepresentationEnded,
    ResearchOptOutEnded,
    RestrictionLifted,
    CorrectionDecided,
    IdentitySettled,
    QualityFindingResolved,
    *ABOUT_ACCESS,
    ErasureCancelled,
    EntryAttested,
    CardReplaced,
    EntryFiled,
)

SEQUEL_EVENTS: dict[tuple[str, str], type[EntryFollowed]] = {
    (of, event.NAME): event for event in _SEQUELS for of in event.OF
}

for _event in _SEQUELS:
    register_topic(vars(_event)["TOPIC"], _event)
