"""The entries: one class for each collection; a topic tells what was done, never what was found."""

from typing import ClassVar

from eventsourcing.utils import register_topic

from domain.record_events.access import (
    AccessApplied,
    DisclosedByLaw,
    EmergencyOpened,
    Held,
    NoticeRuleSet,
)
from domain.record_events.base import EntryRecorded
from domain.record_events.erasure import ErasureOrdered


class BasicInformationRecorded(EntryRecorded):
    """The form 个人基本信息表 was filled in; a newer one supersedes it and both stay."""

    TOPIC: ClassVar[str] = "record.basic-information-recorded.v1"
    KIND: ClassVar[str] = "basic-information"


class ExaminationRecorded(EntryRecorded):
    """A health examination (健康体检表)."""

    TOPIC: ClassVar[str] = "record.examination-recorded.v1"
    KIND: ClassVar[str] = "examinations"


class EncounterRecorded(EntryRecorded):
    """Care in the clinic or at home, told as SOAP (接诊记录表)."""

    TOPIC: ClassVar[str] = "record.encounter-recorded.v1"
    KIND: ClassVar[str] = "encounters"


class ProgrammeEnrolled(EntryRecorded):
    """The resident was taken into a programme of managed care, once at a time."""

    TOPIC: ClassVar[str] = "record.programme-enrolled.v1"
    KIND: ClassVar[str] = "programmes"


class FollowUpRecorded(EntryRecorded):
    """A follow-up within a programme. Which programme is in the form, out of the topic's sight."""

    TOPIC: ClassVar[str] = "record.follow-up-recorded.v1"
    KIND: ClassVar[str] = "follow-ups"


class ProblemRecorded(EntryRecorded):
    """A problem was put on the problem list."""

    TOPIC: ClassVar[str] = "record.problem-recorded.v1"
    KIND: ClassVar[str] = "problems"


class AllergyRecorded(EntryRecorded):
    """An allergy was added; a substance is active once only."""

    TOPIC: ClassVar[str] = "record.allergy-recorded.v1"
    KIND: ClassVar[str] = "allergies"


class MedicationStated(EntryRecorded):
    """A medication the resident takes or took, as prescribed or as told."""

    TOPIC: ClassVar[str] = "record.medication-stated.v1"
    KIND: ClassVar[str] = "medications"


class ImmunizationGiven(EntryRecorded):
    """A vaccine was given."""

    TOPIC: ClassVar[str] = "record.immunization-given.v1"
    KIND: ClassVar[str] = "immunizations"


class DocumentAttached(EntryRecorded):
    """A document kept whole, inline, with its hashes."""

    TOPIC: ClassVar[str] = "record.document-attached.v1"
    KIND: ClassVar[str] = "documents"


class Born(EntryRecorded):
    """The child whose record was opened before birth was born."""

    TOPIC: ClassVar[str] = "record.born.v1"
    KIND: ClassVar[str] = "births"


class RelationshipRecorded(EntryRecorded):
    """A relative was named, with their record where they have one."""

    TOPIC: ClassVar[str] = "record.relationship-recorded.v1"
    LIFECYCLE: ClassVar[str] = "link"
    KIND: ClassVar[str] = "relationships"


class HealthEducationGiven(EntryRecorded):
    """Something was explained to the resident."""

    TOPIC: ClassVar[str] = "record.health-education-given.v1"
    KIND: ClassVar[str] = "health-education"


class CarePlanSet(EntryRecorded):
    """Goals were agreed on, and what leads there."""

    TOPIC: ClassVar[str] = "record.care-plan-set.v1"
    KIND: ClassVar[str] = "care-plans"


class ReferralIssued(EntryRecorded):
    """The resident was sent to another institution, which reads what it needs until a day."""

    TOPIC: ClassVar[str] = "record.referral-issued.v1"
    LIFECYCLE: ClassVar[str] = "transmit"
    KIND: ClassVar[str] = "referrals"


class ConsultationRequested(EntryRecorded):
    """Another institution was asked for its opinion, on the spot or from afar."""

    TOPIC: ClassVar[str] = "record.consultation-requested.v1"
    LIFECYCLE: ClassVar[str] = "transmit"
    KIND: ClassVar[str] = "consultations"


class CardIssued(EntryRecorded):
    """The resident was given a card (居民健康档案信息卡) that finds the record."""

    TOPIC: ClassVar[str] = "record.card-issued.v1"
    KIND: ClassVar[str] = "cards"


class GuardianAppointed(EntryRecorded):
    """Somebody speaks for a resident who may not yet, or cannot, decide."""

    TOPIC: ClassVar[str] = "record.guardian-appointed.v1"
    KIND: ClassVar[str] = "guardians"


class RepresentativeAppointed(EntryRecorded):
    """Somebody speaks for the resident by authorisation, or after death as heir."""

    TOPIC: ClassVar[str] = "record.representative-appointed.v1"
    KIND: ClassVar[str] = "representatives"


class ConsentWithdrawn(EntryRecorded):
    """Consent was withdrawn: nothing voluntary is added until it is given again, and nothing is erased."""

    TOPIC: ClassVar[str] = "record.consent-withdrawn.v1"
    LIFECYCLE: ClassVar[str] = "amend"
    KIND: ClassVar[str] = "consent-withdrawals"


class ResearchOptedOut(EntryRecorded):
    """The record is not to be used in research."""

    TOPIC: ClassVar[str] = "record.research-opted-out.v1"
    LIFECYCLE: ClassVar[str] = "amend"
    KIND: ClassVar[str] = "research-opt-outs"


class RestrictionSet(EntryRecorded):
    """Sections are shown to nobody but who speaks for the resident."""

    TOPIC: ClassVar[str] = "record.restriction-set.v1"
    LIFECYCLE: ClassVar[str] = "amend"
    KIND: ClassVar[str] = "restrictions"


class StatementAdded(EntryRecorded):
    """The resident's own words about the record."""

    TOPIC: ClassVar[str] = "record.statement-added.v1"
    KIND: ClassVar[str] = "statements"


class CorrectionRequested(EntryRecorded):
    """The resident holds an entry to be wrong, and asks that it be put right."""

    TOPIC: ClassVar[str] = "record.correction-requested.v1"
    KIND: ClassVar[str] = "correction-requests"


class IdentityDisputed(EntryRecorded):
    """Whose record this is, or an identity document on it, is in doubt."""

    TOPIC: ClassVar[str] = "record.identity-disputed.v1"
    LIFECYCLE: ClassVar[str] = "amend"
    KIND: ClassVar[str] = "identity-disputes"


class QualityFindingRaised(EntryRecorded):
    """Something about the record was found to be missing, late or implausible."""

    TOPIC: ClassVar[str] = "record.quality-finding-raised.v1"
    LIFECYCLE: ClassVar[str] = "verify"
    KIND: ClassVar[str] = "quality-findings"


class AuthenticityVerified(EntryRecorded):
    """The resident was asked whether what is recorded happened."""

    TOPIC: ClassVar[str] = "record.authenticity-verified.v1"
    LIFECYCLE: ClassVar[str] = "verify"
    KIND: ClassVar[str] = "authenticity-checks"


ENTRIES: dict[str, type[EntryRecorded]] = {
    event.KIND: event
    for event in (
        BasicInformationRecorded,
        ExaminationRecorded,
        EncounterRecorded,
        ProgrammeEnrolled,
        FollowUpRecorded,
        ProblemRecorded,
        AllergyRecorded,
        MedicationStated,
        ImmunizationGiven,
        DocumentAttached,
        Born,
        RelationshipRecorded,
        HealthEducationGiven,
        CarePlanSet,
        ReferralIssued,
        ConsultationRequested,
        CardIssued,
        GuardianAppointed,
        RepresentativeAppointed,
        ConsentWithdrawn,
        ResearchOptedOut,
        RestrictionSet,
        StatementAdded,
        CorrectionRequested,
        IdentityDisputed,
        QualityFindingRaised,
        AuthenticityVerified,
        AccessApplied,
        DisclosedByLaw,
        EmergencyOpened,
        NoticeRuleSet,
        Held,
        ErasureOrdered,
    )
}

for _event in ENTRIES.values():
    register_topic(vars(_event)["TOPIC"], _event)
