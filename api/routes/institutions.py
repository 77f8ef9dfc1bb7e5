"""Registering institutions, and who works there in which role."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.answer_models import InstitutionKept, PractitionerKept
from api.answers import created
from api.deps import Asking, RecordsDep, ServiceDep
from api.documentation import COMMON, WRITING, body_examples, change_example, problems
from api.models import (
    GuidanceIn,
    InstitutionIn,
    LeavingIn,
    LicenceChangeIn,
    PractitionerIn,
    RegistrationRefusalIn,
    RoleEndIn,
    RoleIn,
)
from api.strict_route import StrictRoute
from domain.requests import NewInstitution, NewPractitioner
from domain.values import Occurred, occurred

Route = TypeVar("Route", bound=Callable[..., Response])

router = APIRouter(route_class=StrictRoute, tags=["institutions"], prefix="/v1/institutions")
PROBLEMS = problems(COMMON, WRITING)
CLINIC: dict[str, object] = {
    "name": "示例村卫生室",
    "kind": "village-clinic",
    "code": "PDY000000000000000000A",
    "area": "110101001001",
}
NURSE: dict[str, object] = {
    "name": "示例护士",
    "login": {"issuer": "https://issuer.example", "subject": "nurse-1"},
    "licence": {"kind": "护士执业证书", "number": "000000000000"},
    "roles": ["practitioner"],
}


def changes(name: str) -> Callable[[Route], Route]:
    """Make a function the route of that name below an institution."""
    return router.post(
        f"/{{institution_id}}/{name}",
        status_code=201,
        response_model=InstitutionKept,
        responses=PROBLEMS,
        openapi_extra=change_example(name),
    )


@router.post(
    "",
    status_code=201,
    response_model=InstitutionKept,
    responses=PROBLEMS,
    openapi_extra=body_examples({"a village clinic": CLINIC}),
)
def register(body: InstitutionIn, asking: Asking, records: RecordsDep, service: ServiceDep) -> Response:
    """Register an institution. 409 if its code is registered."""
    new = NewInstitution(body.name, body.kind, body.code, body.area)
    registered = records.register_institution(asking, new)
    return created(service, registered.answer, None, institution=registered.institution)


@router.post(
    "/{institution_id}/practitioners",
    status_code=201,
    response_model=PractitionerKept,
    responses=PROBLEMS,
    openapi_extra=body_examples({"a nurse": NURSE}),
)
def enrol(
    institution_id: UUID, body: PractitionerIn, asking: Asking, records: RecordsDep, service: ServiceDep
) -> Response:
    """Let a person work at an institution, under a login, with the roles they begin with."""
    licence = body.licence.value() if body.licence else None
    new = NewPractitioner(body.name, body.login.value(), licence, tuple(body.roles))
    enrolled = records.enrol_practitioner(asking, institution_id, new)
    return created(
        service, enrolled.answer, None, institution=institution_id, practitioner=enrolled.practitioner
    )


@changes("licences")
def change_licence(
    institution_id: UUID, body: LicenceChangeIn, asking: Asking, records: RecordsDep, service: ServiceDep
) -> Response:
    """Renew a practitioner's licence, or put another in its place."""
    licence, since = body.licence.value(), _when(body.since)
    answer = records.change_licence(asking, institution_id, body.practitioner, licence, since)
    return created(service, answer, None, institution=institution_id)


@changes("leavings")
def leave(
    institution_id: UUID, body: LeavingIn, asking: Asking, records: RecordsDep, service: ServiceDep
) -> Response:
    """End a person's work here, with all roles; the login is free again."""
    answer = records.practitioner_leaves(asking, institution_id, body.practitioner, _when(body.since))
    return created(service, answer, None, institution=institution_id)


@changes("roles")
def give_role(
    institution_id: UUID, body: RoleIn, asking: Asking, records: RecordsDep, service: ServiceDep
) -> Response:
    """Give a practitioner a role, until a last day if one is set."""
    answer = records.give_role(
        asking, institution_id, body.practitioner, body.role, since=_when(body.since), until=body.until
    )
    return created(service, answer, None, institution=institution_id)


@changes("role-endings")
def end_role(
    institution_id: UUID, body: RoleEndIn, asking: Asking, records: RecordsDep, service: ServiceDep
) -> Response:
    """Take a role away."""
    answer = records.end_role(asking, institution_id, body.practitioner, body.role, since=_when(body.since))
    return created(service, answer, None, institution=institution_id)


@changes("guidance")
def set_guidance(
    institution_id: UUID, body: GuidanceIn, asking: Asking, records: RecordsDep, service: ServiceDep
) -> Response:
    """Name the centre or hospital that guides an institution: its staff may see how records are kept here."""
    answer = records.set_guidance(asking, institution_id, body.by, _when(body.since))
    return created(service, answer, None, institution=institution_id)


@changes("registration-refusals")
def refuse_registration(
    institution_id: UUID,
    body: RegistrationRefusalIn,
    asking: Asking,
    records: RecordsDep,
    service: ServiceDep,
) -> Response:
    """Record that somebody declined to have a record. Names nobody."""
    told = body.told_by(asking)
    answer = records.refuse_registration(told, institution_id, body.value(), body.reason, body.occurred)
    return created(service, answer, None, institution=institution_id)


def _when(since: str | None) -> Occurred | None:
    return occurred(since) if since else None
