"""`lifelong import fhir`: the operator's account brings in whole lives, as an administrator of the county."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from domain.application import Records
from domain.institution import Institution
from domain.institution_errors import AlreadyFounded
from domain.requests import NewInstitution, NewPractitioner
from store.settings import Settings
from tools.fhir.command import import_fhir
from tools.fhir.processes import Place
from tools.opening import open_records, operator
from tools.output import USAGE, CommandFailed, say

# For a log that holds no county yet: no real one's, by name and by code (22 characters, as WS 218 asks).
BUREAU_NAME, BUREAU_CODE = "未登记的县", "IMPORT0COUNTY000000000"


def run(
    settings: Settings, folder: Path, *, institution: UUID | None, area: str, jobs: int, as_json: bool
) -> int:
    """The exit status: 0 all is in, 1 something was refused, 2 nothing to import, 3 unavailable."""

    places: list[Place] = []  # where the log is, once it is open

    @contextmanager
    def opened() -> Iterator[Records]:
        with open_records(settings) as open_log:
            places.append(_place(settings, open_log.dsn))
            if institution is not None and open_log.log.load(Institution, institution) is None:
                raise CommandFailed(f"--institution: the log holds no institution {institution}", USAGE)
            found(open_log.records, area)
            yield open_log.records

    say("files are counted in the order of their names")
    return import_fhir(
        folder,
        opened,
        administrator=operator(),
        area=area,
        institution=institution,
        jobs=jobs,
        json_output=as_json,
        place=lambda: places[0],
    )


def _place(settings: Settings, dsn: str) -> Place:
    return Place(dsn, settings.keys, settings.origin, settings.log_no, settings.number_schemes)


def found(records: Records, area: str) -> None:
    """In a log without any institution, the importing account begins the county as its administrator."""
    account = operator()
    bureau = NewInstitution(BUREAU_NAME, "county-bureau", BUREAU_CODE, f"{area[:6]}000000")
    first = NewPractitioner(
        account.principal.subject, account.principal.login, roles=("county-administrator",)
    )
    try:
        records.found(account, bureau, first)
    except AlreadyFounded:
        return  # whether this account may import is for the policy to say
