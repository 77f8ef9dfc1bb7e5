"""The institution in whose custody imported lives begin, and the connector who brings them."""

import hashlib
from dataclasses import replace
from uuid import UUID

from domain.application import Records
from domain.errors import CallerUnknown
from domain.institution_errors import LoginTaken
from domain.ports import RequestKey
from domain.requests import NewInstitution, NewPractitioner, Principal, Request

SUBJECT = "import-fhir"
CLIENT = "lifelong import fhir"
NAME = "档案导入（FHIR）"
CODE = "IMPORT0FHIR00000000000"  # 22 characters, as WS 218 asks; no real institution's


def importing_institution(
    records: Records, administrator: Request, *, area: str, institution: UUID | None = None
) -> Request:
    """Who imports: the request of the connector at an institution, both made the first time.

    administrator: somebody who may register and staff institutions (purpose management).
    area: 12 digits; records opened by an import are numbered in it.
    institution: the one that takes custody; else one of our own is registered for imports.
    Raises NotPermitted, NotAvailable, or InstitutionCodeTaken if our institution lost its connector.
    """
    connector = _connector(administrator, institution)
    try:
        records.who_calls(connector)
    except CallerUnknown:
        taking = institution or _register(records, administrator, area)
        _enrol(records, administrator, taking, connector)
    return connector


def _connector(administrator: Request, institution: UUID | None) -> Request:
    """A login of its own for each institution, under the operator's issuer."""
    subject = f"{SUBJECT}/{institution}" if institution else SUBJECT
    issuer = administrator.principal.issuer
    return Request(Principal(issuer, subject, administrator.principal.method, CLIENT), purpose="management")


def _register(records: Records, administrator: Request, area: str) -> UUID:
    """Under a key, so that a run killed before the enrolment is told the same institution again."""
    new = NewInstitution(NAME, "other", CODE, area)
    asked = hashlib.sha256(f"{CODE} {area}".encode()).digest()
    principal = administrator.principal
    key = RequestKey(f"{principal.issuer} {principal.subject}", f"{SUBJECT} institution", asked)
    return records.register_institution(replace(administrator, key=key), new).institution


def _enrol(records: Records, administrator: Request, institution: UUID, connector: Request) -> None:
    new = NewPractitioner(CLIENT, connector.principal.login, roles=("connector",))
    try:
        records.enrol_practitioner(administrator, institution, new)
    except LoginTaken:  # another import was faster
        records.who_calls(connector)
