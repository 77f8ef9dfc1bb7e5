"""People who meet records that are not theirs, what each of them tries, and what they may all the same.

The table is written by hand from docs/access.md; nothing in it is asked of the policy.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from tests.api.served import Served, enrol, login, new_entry
from tests.api.walking import Operation

BATCH: Final = Operation("POST", "/v1/batches")  # answered line by line, each through the gate
RECORD: Final = "/v1/records/{record_id}"
STAFF: Final = ("care", "management", "public_health")
COUNTED: Final = ("management", "assessment", "public_health")
GRANTED: Final = ("care", "assessment", "public_health", "research", "insurance", "legal")

Row = Mapping[str, tuple[str, ...]]  # operation → the purposes for which it is open

# For their own institution, or about nobody in particular; and the ways to a record kept elsewhere.
CLINICIAN: Final[Row] = {
    "POST /v1/records": STAFF,
    "POST /v1/search": STAFF,
    "GET /v1/statistics": COUNTED,
    "POST /v1/contributions": ("care", "emergency", "public_health"),
    f"POST {RECORD}/access-applications": GRANTED,
    f"POST {RECORD}/emergency-accesses": ("emergency",),
}
READ: Final[tuple[str, ...]] = (
    f"GET {RECORD}",
    f"GET {RECORD}/life-course",
    f"GET {RECORD}/problem-list",
    f"GET {RECORD}/measurements/{{name}}",
    f"GET {RECORD}/reconciliation",
    f"GET {RECORD}/due",
    f"GET {RECORD}/documents/{{entry}}/content",
)
OWN_LOOKS: Final[Row] = {"GET /v1/unusual-accesses": ("management", "audit")}  # of their own institution
# What an auditor sees of a record in their county: that it was looked at, when, by whom; never what it says.
SHAPES: Final[tuple[str, ...]] = (
    f"GET {RECORD}/events",
    f"GET {RECORD}/accesses",
    f"GET {RECORD}/accesses/{{event}}/replay",
    f"GET {RECORD}/audit-trail",
    f"GET {RECORD}/evidence",
    f"GET {RECORD}/notices",
    "GET /v1/institutions/{institution_id}/accesses",
    "GET /v1/unusual-accesses",
    "POST /v1/institutions/{institution_id}/unusual-accesses/{finding_id}/review",
)
ERASURE: Final = (
    "POST /v1/records/{record_id}/erasure-orders",
    "POST /v1/records/{record_id}/erasure-orders/{entry_id}/cancellation",
    "POST /v1/records/{record_id}/erasures",
)
COUNTY: Final[Row] = {
    "POST /v1/institutions": ("management",),
    "POST /v1/institutions/{institution_id}/practitioners": ("management",),
    "POST /v1/institutions/{institution_id}/leavings": ("management",),
    "POST /v1/institutions/{institution_id}/licences": ("management",),
    "POST /v1/institutions/{institution_id}/roles": ("management",),
    "POST /v1/institutions/{institution_id}/role-endings": ("management",),
    "POST /v1/institutions/{institution_id}/guidance": ("management",),
    "POST /v1/institutions/{institution_id}/areas": ("management",),
    "GET /v1/statistics": COUNTED,
    "GET /v1/projections": ("management",),
    "GET /v1/projections/{name}": ("management",),
    "POST /v1/projections/{name}/rebuilds": ("management",),
    "GET /v1/projections/{name}/rebuilds/{generation}": ("management",),
    "GET /v1/projections/{name}/rebuilds/{generation}/progress": ("management",),
}
NOTHING: Final[Row] = {}

# Who → the purposes they name, and what they may.
PEOPLE: Final[Mapping[str, tuple[tuple[str, ...], Row]]] = {
    "practitioner elsewhere": (("care", "management", "emergency", "insurance"), CLINICIAN),
    "record manager elsewhere": (("care", "management", "legal", "audit"), CLINICIAN),
    "institution administrator elsewhere": (("management", "audit", "care"), OWN_LOOKS),
    "county administrator": (
        ("management", "assessment", "legal", "care"),
        {**COUNTY, **dict.fromkeys(ERASURE, ("legal",))},  # of the records of their own county
    ),
    "county administrator elsewhere": (("management", "assessment", "legal", "care"), COUNTY),
    "inspector": (
        ("assessment", "audit", "management", "care"),
        dict.fromkeys(READ, ("assessment",)),
    ),
    "inspector elsewhere": (("assessment", "audit", "management", "care"), NOTHING),
    "auditor": (
        ("audit", "assessment", "management", "care"),
        dict.fromkeys(SHAPES, ("audit",)),
    ),
    "auditor elsewhere": (
        ("audit", "assessment", "management", "care"),
        {"GET /v1/unusual-accesses": ("audit",)},  # of their own county
    ),
    "researcher": (
        ("research", "care", "self"),
        {"GET /v1/statistics": ("research",), f"POST {RECORD}/access-applications": GRANTED},
    ),
    "connector elsewhere": (("care", "management", "public_health"), {"POST /v1/records": STAFF}),
    "another resident": (("self", "care"), NOTHING),
    "guardian of another": (("self", "care"), NOTHING),
}


def arrive(county: Served) -> None:
    """Everybody of PEOPLE begins where they work, or is entered where they live."""
    far = _institution(county, "远村卫生室", "village-clinic", "C" * 22, "110101002001")
    bureau = _institution(county, "邻县卫生健康局", "county-bureau", "D" * 22, "110102000000")
    for who, at, role in (
        ("practitioner elsewhere", far, "practitioner"),
        ("record manager elsewhere", far, "record-manager"),
        ("institution administrator elsewhere", far, "institution-administrator"),
        ("connector elsewhere", far, "connector"),
        ("county administrator", county.bureau, "county-administrator"),
        ("inspector", county.bureau, "inspector"),
        ("auditor", county.bureau, "auditor"),
        ("researcher", county.bureau, "researcher"),
        ("county administrator elsewhere", bureau, "county-administrator"),
        ("inspector elsewhere", bureau, "inspector"),
        ("auditor elsewhere", bureau, "auditor"),
    ):
        enrol(county, at, subject(who), role)
    county.open_record(login=login(subject("another resident")))
    child = county.open_record()
    guardian = new_entry("guardians", login=login(subject("guardian of another")), basis="court")
    answer = county.post(f"/v1/records/{child}/guardians", guardian)
    assert answer.status_code == 201, answer.text


def subject(who: str) -> str:
    """Of their tokens."""
    return who.replace(" ", "-")


def _institution(county: Served, name: str, kind: str, code: str, area: str) -> UUID:
    asked = {"name": name, "kind": kind, "code": code, "area": area}
    answer = county.post("/v1/institutions", asked, "county", "management")
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["institution"])
