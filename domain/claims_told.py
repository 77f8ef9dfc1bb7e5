"""Which claims a stream holds, told from its events alone: what the commands claimed and released with them.

The commands take claims in the append that needs them; this says the same from what was stored, so that the
table of claims, which anybody with the database can change, can be held against the log.
"""

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from domain import record_events as events
from domain.acts import Event
from domain.callers import PRACTITIONER_LOGIN, RESIDENT_LOGIN
from domain.documents import FORM, upload_claim
from domain.documents import NAMESPACE as UPLOAD
from domain.filling import CARD, card_number, identities, login_claim
from domain.institution import Institution
from domain.institution_commands import FOUNDING
from domain.institution_state import Login
from domain.log_commands import OWN_STREAM, rotation_claim
from domain.log_stream import KeyRotated
from domain.numbering import NUMBER
from domain.ports import Claim
from domain.record_erasure import NAMESPACE as ERASURE
from domain.values import JsonObject

IDENTITY, CODE, SIGNING_KEY, SOURCE, UNUSUAL = (
    "identity",
    "institution-code",
    "signing-key",
    "source",
    "unusual-access",
)
# What an event claims that cannot be read: for ever; or perhaps, or until it is released.
SURELY: dict[type[Event], tuple[str, ...]] = {
    events.Created: (NUMBER,),
    events.NumberGiven: (NUMBER,),
    events.CardIssued: (CARD,),
    events.CardReplaced: (CARD,),
    Institution.Created: (CODE,),
    KeyRotated: (SIGNING_KEY,),
}
PERHAPS: dict[type[Event], tuple[str, ...]] = {
    events.IdentityLinked: (IDENTITY, RESIDENT_LOGIN),
    events.DocumentAttached: (UPLOAD,),
    events.EntryCorrected: (UPLOAD,),
    Institution.Created: (FOUNDING.namespace,),
    Institution.PractitionerEnrolled: (PRACTITIONER_LOGIN,),
    Institution.UnusualAccessFound: (UNUSUAL,),
}
RELEASED: dict[type[Event], tuple[str, ...]] = {
    events.IdentityUnlinked: (IDENTITY, RESIDENT_LOGIN),
    events.Erased: (IDENTITY, RESIDENT_LOGIN),
    Institution.PractitionerLeft: (PRACTITIONER_LOGIN,),
}
ERASING = (events.Erased, events.DocumentsErased)
TELLING = {*SURELY, *PERHAPS, *RELEASED, *ERASING, events.ErasureEnded}


class Place(NamedTuple):
    """Where an event lies: in the log and in its stream."""

    position: int
    version: int

    @property
    def run(self) -> int:
        """The same for events of a stream as long as nothing of another stream lies between them."""
        return self.position - self.version

    def may_begin(self, other: "Place") -> bool:
        """Whether one append may hold all from here to the other event of the stream."""
        return self.position <= other.position and self.run == other.run


class StreamClaims:
    """What one stream holds after its events, which are told one by one from the first on.

    held: by claim the event that made it. surely, perhaps: namespaces of claims of events that cannot be
    read. sources: of claims that a cause may stand for, the events that have it.
    """

    def __init__(self, stream: UUID) -> None:
        self.stream = stream
        self.held: dict[Claim, Place] = {}
        self.surely: list[tuple[str, Place]] = []
        self.perhaps: list[tuple[str, Place]] = []
        self.sources: dict[Claim, list[Place]] = {}
        self._erasure = Claim(ERASURE, str(stream))
        self._links: dict[UUID, Claim] = {}
        self._logins: dict[UUID, Claim] = {}

    def tell(self, event: Event, place: Place) -> None:
        """Go on by an event."""
        self.tell_kind(type(event), place)
        for claim in self._made(event):
            self.held.setdefault(claim, place)
        released = self._released(event)
        if released is not None:
            self.held.pop(released, None)

    def tell_unread(self, kind: type[Event], place: Place) -> None:
        """Go on by an event of which only the kind can be told: its content was erased, or does not open."""
        self.surely += [(namespace, place) for namespace in SURELY.get(kind, ())]
        self.perhaps += [(namespace, place) for namespace in PERHAPS.get(kind, ())]
        if issubclass(kind, events.RecordEvent):
            self.perhaps.append((SOURCE, place))
        if kind not in (events.Erased, events.ErasureEnded):
            self._may_be_released(RELEASED.get(kind, ()))
        self.tell_kind(kind, place)

    def tell_cause(self, cause: str, place: Place) -> None:
        """Of an event on a record: an import's own id is its cause."""
        self.sources.setdefault(Claim(SOURCE, cause), []).append(place)

    def tell_kind(self, kind: type[Event], place: Place) -> None:
        """What follows from the kind of an event, whatever it says."""
        if kind in ERASING:
            self.held.setdefault(self._erasure, place)
        elif kind is events.ErasureEnded:
            self.held.pop(self._erasure, None)
        elif place.version == 1 and vars(kind)["TOPIC"].startswith("log."):
            self.held[OWN_STREAM] = place
        if kind is events.Erased:
            self.held = {one: made for one, made in self.held.items() if one.namespace not in RELEASED[kind]}
            self.perhaps = [one for one in self.perhaps if one[0] not in RELEASED[kind]]

    def _may_be_released(self, namespaces: tuple[str, ...]) -> None:
        """Which of the claims of these namespaces is held no more cannot be told."""
        unsure = [one for one in self.held if one.namespace in namespaces]
        self.perhaps += [(one.namespace, self.held.pop(one)) for one in unsure]

    def _made(self, event: Event) -> Iterator[Claim]:
        match event:
            case events.Created() | events.NumberGiven():
                yield Claim(NUMBER, event.number)
            case events.CardIssued() | events.CardReplaced():
                yield Claim(CARD, card_number(event) or "")
            case events.IdentityLinked():
                for claim in _linked(event.identity):
                    self._links[event.event_id] = claim
                    yield claim
            case events.DocumentAttached() | events.EntryCorrected():
                if event.form["name"] == FORM and (blob := event.content.get("blob")):
                    yield upload_claim(UUID(str(blob)))
            case Institution.Created():
                yield Claim(CODE, event.code)
                if event.who["role"] == "operator":
                    yield FOUNDING
            case Institution.PractitionerEnrolled():
                claim = Claim(PRACTITIONER_LOGIN, f"{event.login['issuer']} {event.login['subject']}")
                self._logins[event.practitioner] = claim
                yield claim
            case Institution.UnusualAccessFound():
                for position in event.positions:
                    yield Claim(UNUSUAL, f"{event.detector['name']} {position}")
            case KeyRotated():
                yield rotation_claim(event.signs, event.generation)

    def _released(self, event: Event) -> Claim | None:
        if isinstance(event, events.IdentityUnlinked):
            return self._links.get(event.link)
        if isinstance(event, Institution.PractitionerLeft):
            return self._logins.get(event.practitioner)
        return None


def _linked(identity: JsonObject) -> list[Claim]:
    """What goes with a document or a login that is linked."""
    if identity["kind"] == "login":
        return [login_claim(Login(issuer=str(identity["issuer"]), subject=str(identity["subject"])))]
    return identities([identity])  # type: ignore[list-item]  # a document, stored as it was linked
