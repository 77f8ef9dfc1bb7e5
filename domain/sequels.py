"""What may follow an entry: who may add it, in which state the entry must be, and which state it is in after.

One table, as in domain.entries. A sequel is a form too, checked and kept like that of an entry.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.entries import KINDS
from domain.record_errors import UnknownSequel

ANY = "entries"  # in place of a collection: follows an entry of whichever collection


@dataclass(frozen=True)
class Sequel:
    """after: the states it may follow, none: any. becomes: the state after it, None: as before.

    begins: the sequel is also an entry of the same collection, such as the card that replaces a card.
    """

    form: str
    after: tuple[str, ...] = ()
    becomes: str | None = None
    action: str = "add-entry"
    begins: bool = False


_UNDER_WAY = ("issued", "accepted")  # until the resident comes back, either side may end it, with a reason
_LIVING_CARD = ("active", "lost")
_UNDECIDED = ("applied", "approved")
_GIVEN = ("approved", "active")

SEQUELS: Mapping[str, Mapping[str, Sequel]] = {
    "referrals": {
        "acceptance": Sequel("referral-acceptance", ("issued",), "accepted", "answer-referral"),
        "decline": Sequel("referral-decline", _UNDER_WAY, "declined", "answer-referral"),
        "return": Sequel("referral-return", ("accepted",), "returned", "answer-referral"),
        "cancellation": Sequel("cancellation", _UNDER_WAY, "cancelled"),
    },
    "consultations": {
        "opinion": Sequel("consultation", ("requested",), "recorded", "answer-consultation"),
        "decline": Sequel("consultation-decline", ("requested",), "declined", "answer-consultation"),
        "cancellation": Sequel("cancellation", ("requested",), "cancelled"),
    },
    "problems": {"resolution": Sequel("problem-resolution", ("active",), "resolved")},
    "medications": {"stop": Sequel("medication-stop", ("active",), "stopped")},
    "programmes": {"exit": Sequel("programme-exit", ("active",), "exited")},
    "care-plans": {"evaluation": Sequel("effect-evaluation", ("active",))},
    "cards": {
        "loss": Sequel("card-loss", ("active",), "lost", "issue-card"),
        "replacement": Sequel("card-replacement", _LIVING_CARD, "replaced", "issue-card", begins=True),
        "revocation": Sequel("card-revocation", _LIVING_CARD, "revoked", "issue-card"),
    },
    "guardians": {"ending": Sequel("representation-ending", ("active",), "ended", "appoint")},
    "representatives": {"ending": Sequel("representation-ending", ("active",), "ended", "appoint")},
    "research-opt-outs": {"ending": Sequel("resident-decision", ("active",), "ended", "resident-part")},
    "restrictions": {"lifting": Sequel("resident-decision", ("active",), "lifted", "resident-part")},
    "correction-requests": {
        "decision": Sequel("correction-decision", ("open",), "decided", "decide-correction"),
    },
    "identity-disputes": {
        "settlement": Sequel("identity-settlement", ("open",), "settled", "settle-identity"),
    },
    "quality-findings": {"resolution": Sequel("quality-resolution", ("open",), "resolved", "check-quality")},
    "access-applications": {
        "approval": Sequel("access-approval", ("applied",), "approved", "decide-application"),
        "refusal": Sequel("access-refusal", ("applied",), "refused", "decide-application"),
        "agreement": Sequel("access-agreement", ("approved",), "active", "consent"),
        "objection": Sequel("access-objection", _UNDECIDED, "refused", "consent"),
        "withdrawal": Sequel(
            "access-withdrawal", (*_UNDECIDED, "active"), "withdrawn", "withdraw-application"
        ),
        "revocation": Sequel("access-revocation", _GIVEN, "revoked", "end-grant"),
    },
    "statutory-disclosures": {"ending": Sequel("disclosure-ending", ("active",), "ended", "disclose")},
    "emergency-accesses": {"review": Sequel("emergency-review", ("open",), "reviewed", "review-emergency")},
    "notice-rules": {"lifting": Sequel("resident-decision", ("active",), "lifted", "resident-part")},
    "legal-holds": {"release": Sequel("hold-release", ("active",), "released", "hold")},
    "erasure-orders": {"cancellation": Sequel("cancellation", ("ordered",), "cancelled", "erase")},
    ANY: {
        "filing": Sequel("filing", action="file"),
        "attestation": Sequel("attestation"),
    },
}


def sequel_of(collection: str, name: str) -> Sequel:
    """What the collection's entries may be followed by. Raises UnknownSequel, naming those there are."""
    known = SEQUELS.get(collection, {})
    if name not in known:
        raise UnknownSequel(tuple(known))
    return known[name]


def has_states(kind: str) -> bool:
    """Whether entries of this kind pass through states of which a reader should hear."""
    return kind in SEQUELS and kind in KINDS
