"""Who else may see the record, and how that ends: entries about access and what follows them."""

from typing import ClassVar

from domain.record_events.base import EntryFollowed, EntryRecorded


class AccessApplied(EntryRecorded):
    """An institution applied in writing to see the record, for a purpose, sections and a term."""

    TOPIC: ClassVar[str] = "record.access-applied.v1"
    KIND: ClassVar[str] = "access-applications"


class DisclosedByLaw(EntryRecorded):
    """A court, police, procurator or social insurance showed a certificate by which it is to be told."""

    TOPIC: ClassVar[str] = "record.disclosed-by-law.v1"
    LIFECYCLE: ClassVar[str] = "disclose"
    KIND: ClassVar[str] = "statutory-disclosures"


class EmergencyOpened(EntryRecorded):
    """A practitioner opened the record for some hours because somebody's life or health depends on it."""

    TOPIC: ClassVar[str] = "record.emergency-opened.v1"
    KIND: ClassVar[str] = "emergency-accesses"


class NoticeRuleSet(EntryRecorded):
    """The resident chose which accesses they are told of as they happen."""

    TOPIC: ClassVar[str] = "record.notice-rule-set.v1"
    KIND: ClassVar[str] = "notice-rules"


class Held(EntryRecorded):
    """The record was put under a legal hold: nothing of it is erased while a dispute lasts."""

    TOPIC: ClassVar[str] = "record.held.v1"
    LIFECYCLE: ClassVar[str] = "hold"
    KIND: ClassVar[str] = "legal-holds"


class ApplicationApproved(EntryFollowed):
    """The institution that keeps the record approved the application: the first of two decisions."""

    TOPIC: ClassVar[str] = "record.application-approved.v1"
    OF: ClassVar[tuple[str, ...]] = ("access-applications",)
    NAME: ClassVar[str] = "approval"


class ApplicationRefused(EntryFollowed):
    """The institution that keeps the record refused the application."""

    TOPIC: ClassVar[str] = "record.application-refused.v1"
    LIFECYCLE: ClassVar[str] = "deprecate"
    OF: ClassVar[tuple[str, ...]] = ("access-applications",)
    NAME: ClassVar[str] = "refusal"


class ApplicationAgreed(EntryFollowed):
    """The resident, or whoever speaks for them, agreed: the second decision, from which on it is a grant."""

    TOPIC: ClassVar[str] = "record.application-agreed.v1"
    OF: ClassVar[tuple[str, ...]] = ("access-applications",)
    NAME: ClassVar[str] = "agreement"


class ApplicationObjected(EntryFollowed):
    """The resident, or whoever speaks for them, does not agree."""

    TOPIC: ClassVar[str] = "record.application-objected.v1"
    LIFECYCLE: ClassVar[str] = "deprecate"
    OF: ClassVar[tuple[str, ...]] = ("access-applications",)
    NAME: ClassVar[str] = "objection"


class ApplicationWithdrawn(EntryFollowed):
    """The institution that applied needs it no more."""

    TOPIC: ClassVar[str] = "record.application-withdrawn.v1"
    LIFECYCLE: ClassVar[str] = "deprecate"
    OF: ClassVar[tuple[str, ...]] = ("access-applications",)
    NAME: ClassVar[str] = "withdrawal"


class GrantRevoked(EntryFollowed):
    """One side ended what both had decided; nothing is read by it from now on."""

    TOPIC: ClassVar[str] = "record.grant-revoked.v1"
    LIFECYCLE: ClassVar[str] = "deprecate"
    OF: ClassVar[tuple[str, ...]] = ("access-applications",)
    NAME: ClassVar[str] = "revocation"


class DisclosureEnded(EntryFollowed):
    """What the certificate asked for was told, or the certificate was taken back."""

    TOPIC: ClassVar[str] = "record.disclosure-ended.v1"
    LIFECYCLE: ClassVar[str] = "deprecate"
    OF: ClassVar[tuple[str, ...]] = ("statutory-disclosures",)
    NAME: ClassVar[str] = "ending"


class EmergencyReviewed(EntryFollowed):
    """The institution that keeps the record looked at why it was opened, and found it justified or not."""

    TOPIC: ClassVar[str] = "record.emergency-reviewed.v1"
    LIFECYCLE: ClassVar[str] = "verify"
    OF: ClassVar[tuple[str, ...]] = ("emergency-accesses",)
    NAME: ClassVar[str] = "review"


class NoticeRuleLifted(EntryFollowed):
    """The resident is not told by this rule any more."""

    TOPIC: ClassVar[str] = "record.notice-rule-lifted.v1"
    OF: ClassVar[tuple[str, ...]] = ("notice-rules",)
    NAME: ClassVar[str] = "lifting"


class HoldReleased(EntryFollowed):
    """The dispute is over, and the hold with it."""

    TOPIC: ClassVar[str] = "record.hold-released.v1"
    LIFECYCLE: ClassVar[str] = "unhold"
    OF: ClassVar[tuple[str, ...]] = ("legal-holds",)
    NAME: ClassVar[str] = "release"


ABOUT_ACCESS: tuple[type[EntryFollowed], ...] = (
    ApplicationApproved,
    ApplicationRefused,
    ApplicationAgreed,
    ApplicationObjected,
    ApplicationWithdrawn,
    GrantRevoked,
    DisclosureEnded,
    EmergencyReviewed,
    NoticeRuleLifted,
    HoldReleased,
)
