"""Who calls: from a token's issuer and subject to somebody whom institution and record events tell of."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from domain.access import EVER, RESIDENT, Actor
from domain.areas import covered
from domain.errors import CallerUnknown
from domain.institution import Institution
from domain.institution_errors import UnknownPractitioner
from domain.institution_state import RoleHeld
from domain.ports import Claim, Streams
from domain.record import Record
from domain.record_readers import speakers
from domain.requests import Principal, Request
from domain.time import CHINA

RESIDENT_LOGIN, PRACTITIONER_LOGIN = "login:resident", "login:practitioner"


def login_value(principal: Principal) -> str:
    """The claimed text of a login."""
    return f"{principal.issuer} {principal.subject}"


def login_of(request: Request) -> Claim:
    """The claim on the caller's login: the resident's if the purpose is their own, else a practitioner's."""
    namespace = RESIDENT_LOGIN if request.purpose == "self" else PRACTITIONER_LOGIN
    return Claim(namespace, login_value(request.principal))


def caller_of(log: Streams, request: Request, record: Record | None, now: datetime) -> Actor:
    """Who the principal is here: a resident if the purpose is their own, else a practitioner.

    To the record acted on they may also be somebody who speaks for its resident.
    Raises CallerUnknown: a token alone makes nobody anybody.
    """
    login = login_of(request)
    stream = log.find_claim(login.namespace, login.value)
    actor = _actor(log, login.namespace, stream, request) if stream else None
    if request.purpose == "self" and record is not None:
        actor = _speaker(request, record, actor, now) or actor
    if actor is None:
        raise CallerUnknown
    return replace(actor, scopes=request.principal.scopes)


def author_of(log: Streams, caller: Actor, author: UUID) -> Actor:
    """A colleague of the caller, whose act it was. Raises UnknownPractitioner."""
    institution = log.load(Institution, caller.institution) if caller.institution else None
    if institution is None:
        raise UnknownPractitioner(author)
    institution.practitioner(author)
    return practitioner_at(institution, str(author))


def practitioner_at(institution: Institution, practitioner: str) -> Actor:
    """Somebody who works or worked there, as the actor they are."""
    found = institution.state.practitioners[practitioner]
    area = covered(institution.state.area)
    return Actor(UUID(practitioner), tuple(found.roles), institution.id, found.licence, area=area)


def _actor(log: Streams, namespace: str, stream: UUID, request: Request) -> Actor | None:
    if namespace == RESIDENT_LOGIN:
        return Actor(id=None, roles=(RESIDENT,), own_record=stream)
    institution = log.load(Institution, stream)
    own_id = institution.state.by_login(request.principal.login) if institution else None
    return practitioner_at(institution, own_id) if institution and own_id else None


def _speaker(request: Request, record: Record, actor: Actor | None, now: datetime) -> Actor | None:
    """The caller as somebody who speaks for this record's resident, if they do."""
    on = now.astimezone(CHINA).date()
    role = speakers(record.state, on).get(login_value(request.principal))
    if role is None:
        return None
    held = actor.roles if actor else ()
    return replace(actor or Actor(id=None), roles=(*held, RoleHeld(role, EVER)), represents=record.id)
