"""What a record refuses beyond the forms: acts out of their turn, by the wrong side, or too early in life."""

from collections.abc import Sequence
from uuid import UUID

from domain.errors import RecordError


class UnknownSequel(RecordError):
    """Nothing of that name follows an entry of this collection; `accepted` is what does."""

    code = "unknown-sequel"
    title = "Nothing of that name can follow such an entry."

    def __init__(self, accepted: Sequence[str] = ()) -> None:
        super().__init__(accepted=list(accepted))


class UnknownMeasurement(RecordError):
    """No measurement has that name; `accepted` are those there are."""

    code = "unknown-measurement"
    title = "There is no measurement of that name."

    def __init__(self, accepted: Sequence[str] = ()) -> None:
        super().__init__(accepted=list(accepted))


class OutOfTurn(RecordError):
    """The entry is in a state that this cannot follow: a declined referral is not accepted any more."""

    code = "out-of-turn"
    title = "The entry is in a state that this cannot follow."

    def __init__(self, entry: UUID, state: str, accepted: Sequence[str]) -> None:
        super().__init__(entry=entry, state=state, accepted=list(accepted))


class EntryAlreadyFiled(RecordError):
    """The entry was filed before; filing is done once."""

    code = "entry-already-filed"
    title = "The entry is filed already."

    def __init__(self, entry: UUID) -> None:
        super().__init__(entry=entry)


class EntryMisfiled(RecordError):
    """The entry was found to belong to another resident; it counts here no more."""

    code = "entry-misfiled"
    title = "The entry was misfiled and counts no more."

    def __init__(self, entry: UUID) -> None:
        super().__init__(entry=entry)


class CannotMisfile(RecordError):
    """An entry is moved once, to another's record: no act of the resident's, no card, nothing erased."""

    code = "cannot-misfile"
    title = "The entry cannot be moved as misfiled."


class NotAddressed(RecordError):
    """The referral or consultation is addressed to another institution."""

    code = "not-addressed"
    title = "It is addressed to another institution."


class ReadingRefused(RecordError):
    """A receiver reads until a day that has not passed, of another institution's record and not its own."""

    code = "reading-refused"
    title = "The term or the receiver of the reading is not acceptable."

    def __init__(self, field: str) -> None:
        super().__init__(field=field)


class ConsentWithdrawn(RecordError):
    """Consent was withdrawn: what is voluntary is not recorded until it is given again."""

    code = "consent-withdrawn"
    title = "Consent to voluntary entries was withdrawn."


class NotBorn(RecordError):
    """The record is that of a child not yet born; birth is recorded first."""

    code = "not-born"
    title = "The child is not yet recorded as born."


class AlreadyBorn(RecordError):
    """A birth is recorded once, and only on a record opened before it."""

    code = "already-born"
    title = "The record was not opened before birth, or the birth is recorded already."


class GuardianNeeded(RecordError):
    """Below the age of the law named, a guardian decides this."""

    code = "guardian-needed"
    title = "At this age a guardian decides."

    def __init__(self, source: str) -> None:
        super().__init__(source=source)


class RepresentationRefused(RecordError):
    """Nobody of that kind can speak for this resident: of age, or still alive."""

    code = "representation-refused"
    title = "Nobody of that kind can speak for this resident now."

    def __init__(self, field: str) -> None:
        super().__init__(field=field)


class OwnLogin(RecordError):
    """Nobody lets their own login speak for a resident; `field` names where it was given."""

    code = "own-login"
    title = "Nobody ties a record to their own login."

    def __init__(self, field: str) -> None:
        super().__init__(field=field)


class CardNotReady(RecordError):
    """A card is issued when the basic information is complete; `missing` names the fields."""

    code = "card-not-ready"
    title = "The record is not ready for a card."

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(missing=list(missing))


class CardStillValid(RecordError):
    """A resident holds one card at a time; another replaces it."""

    code = "card-still-valid"
    title = "The resident holds a valid card."


class CardNumberTaken(RecordError):
    """The card number was issued before; numbers are never issued again."""

    code = "card-number-taken"
    title = "The card number was issued before."


class IdentityInDispute(RecordError):
    """Whose record it is, is in dispute; cards, merging and renumbering wait until it is settled."""

    code = "identity-in-dispute"
    title = "The identity of the resident is in dispute."


class IdentityNotLinked(RecordError):
    """No link of this record that stands was made by the event named."""

    code = "identity-not-linked"
    title = "The record is not tied to it, or no more."


class LastIdentity(RecordError):
    """A record is always somebody's: its last document is not unlinked before another one is linked."""

    code = "last-identity"
    title = "It is the last identity of the record."


class RecordMerged(RecordError):
    """The record was merged into another, which goes on; `into` is its id."""

    code = "record-merged"
    title = "The record was merged into another."

    def __init__(self, into: UUID) -> None:
        super().__init__(into=into)


class NotMerged(RecordError):
    """There is no merging of these two records to undo."""

    code = "not-merged"
    title = "The records are not merged."


class CannotMerge(RecordError):
    """A record is merged into another one that is itself not merged."""

    code = "cannot-merge"
    title = "The records cannot be merged."


class NumberKept(RecordError):
    """The record has that number already."""

    code = "number-kept"
    title = "The record has this number already."
