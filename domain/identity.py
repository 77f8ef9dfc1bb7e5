"""Who a person is on paper: identity documents.

Numbers never appear in errors or reprs.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal, NotRequired, TypedDict, cast

from domain.errors import ContentRefused, IdentityDisagrees
from domain.scalars import Text

DocumentKind = Literal[
    "identity-card",
    "residence-permit-hmt",
    "foreign-permanent-resident",
    "passport",
    "military",
    "hk-macao-permit",
    "taiwan-permit",
    "birth-certificate",
    "other",
    "temporary",
]
Sex = Literal["male", "female"]

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
FOREIGN_REGION = "9"  # identity cards of foreign permanent residents since 2023 begin with 9


class IdentityDocument(TypedDict):
    """A document as stored. A temporary identity has a reason instead of a number."""

    kind: DocumentKind
    number: NotRequired[str]
    issuer: NotRequired[str]
    reason: NotRequired[str]


@cache
def data(name: str) -> Mapping[str, object]:
    """A data file of our own making, as parsed JSON."""
    text = files("domain").joinpath("data", f"{name}.json").read_text(encoding="utf-8")
    return cast("Mapping[str, object]", json.loads(text))


@cache
def provinces(*, identity: bool = False) -> frozenset[str]:
    """Two-digit province codes of GB/T 2260; with `identity`, also those used in identity numbers only."""
    known = cast("list[str]", data("provinces")["provinces"])
    extra = cast("list[str]", data("provinces")["identity_only"]) if identity else []
    return frozenset([*known, *extra])


def refuse(field: str, reason: str) -> ContentRefused:
    """The refusal of one value; `field` is a JSON pointer, `reason` says what is accepted."""
    return ContentRefused([{"field": field, "reason": reason}])


def check_digit(first17: str) -> str:
    """ISO 7064 MOD 11-2 check character of 17 digits, as GB 11643-1999 uses it."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first17, strict=True))
    return CHECK_DIGITS[total % 11]


@dataclass(frozen=True)
class IdentityNumber:
    """Citizen identity number, GB 11643-1999: 6 region, 8 birth date, 3 order (odd: male), 1 check."""

    value: str = field(repr=False)

    @classmethod
    def parse(cls, text: str, *, field: str = "/number") -> "IdentityNumber":
        """Lower-case x is accepted here and normalised. Raises ContentRefused naming only `field`."""
        value = text[:-1] + "X" if text[-1:] == "x" else text
        if problem := _identity_problem(value):
            raise refuse(field, problem)
        return cls(value)

    @property
    def region(self) -> str:
        return self.value[:6]

    @property
    def birth_date(self) -> date:
        return date.fromisoformat(self.value[6:14])

    @property
    def sex(self) -> Sex:
        return "male" if int(self.value[16]) % 2 else "female"

    def agrees(self, *, birth_date: str | None = None, sex: str | None = None) -> None:
        """Raise IdentityDisagrees, naming only the field, if what is known otherwise contradicts the number.

        birth_date: "1987", "1987-05" or "1987-05-03"; sex: only "male" and "female" can contradict.
        """
        if birth_date is not None and not self.birth_date.isoformat().startswith(birth_date):
            raise IdentityDisagrees("birth_date")
        if sex in ("male", "female") and sex != self.sex:
            raise IdentityDisagrees("sex")


def _identity_problem(value: str) -> str | None:
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", value, re.ASCII):
        return "must be 18 characters: 17 digits and a digit or X"
    if value[:2] not in provinces(identity=True) and value[0] != FOREIGN_REGION:
        return "must begin with a region of GB/T 2260"
    try:
        born = date.fromisoformat(value[6:14])
    except ValueError:
        return "must contain an existing birth date"
    if born.year < 1850:
        return "must contain a birth date since 1850"
    return None if check_digit(value[:17]) == value[17] else "must end in the right check character"


def is_identity_number(value: str) -> bool:
    """Whether the text is a normalised identity number (upper-case X)."""
    return _identity_problem(value) is None


# Shapes as printed on the documents; issuing practice, not law, so they are deliberately no stricter.
SHAPES: Mapping[str, tuple[str, str]] = {
    "foreign-permanent-resident": (r"[A-Z]{3}[0-9]{12}", "3 letters and 12 digits, or 18 characters"),
    "passport": (r"[A-Z0-9]{5,20}", "5 to 20 letters and digits"),
    "hk-macao-permit": (r"[HM][0-9]{8}([0-9]{2})?", "H or M and 8 or 10 digits"),
    "taiwan-permit": (r"[0-9]{8}([0-9]{2})?", "8 or 10 digits"),
    "birth-certificate": (r"[A-Z][0-9]{9}", "a letter and 9 digits"),
}
EIGHTEEN = ("identity-card", "residence-permit-hmt")
FREE = ("military", "other")


def identity_document(
    kind: str, number: str | None = None, *, issuer: str | None = None, reason: str | None = None
) -> IdentityDocument:
    """A checked and normalised document, ready to store.

    number: required except for "temporary", which has a `reason` instead; letters are made upper case.
    issuer: country or authority, where numbers are unique only within it (passport, other).
    Raises ContentRefused naming /kind, /number, /issuer or /reason, never repeating a value.
    """
    if kind == "temporary":
        return _temporary(number, reason)
    if number is None:
        raise refuse("/number", "is required")
    document = IdentityDocument(kind=_kind(kind), number=_number(kind, number))
    for name, text in (("issuer", issuer), ("reason", reason)):
        if text is not None:
            _short(f"/{name}", text)
    if issuer is not None:
        document["issuer"] = issuer
    if reason is not None:
        document["reason"] = reason
    return document


def _temporary(number: str | None, reason: str | None) -> IdentityDocument:
    if number is not None:
        raise refuse("/number", "must be left out: a temporary identity has no number")
    if reason is None:
        raise refuse("/reason", "is required: why there is no document")
    _short("/reason", reason)
    return IdentityDocument(kind="temporary", reason=reason)


def _kind(kind: str) -> DocumentKind:
    known = (*EIGHTEEN, *SHAPES, *FREE)
    if kind not in known:
        raise refuse("/kind", "must be one of: " + ", ".join((*known, "temporary")))
    return cast("DocumentKind", kind)


def _number(kind: str, number: str) -> str:
    upper = number.upper() if number.isascii() else number
    foreign = kind == "foreign-permanent-resident" and upper[:1] == FOREIGN_REGION
    if kind in EIGHTEEN or foreign:
        return IdentityNumber.parse(upper).value
    if kind in FREE:
        _short("/number", number)
        return number
    expression, says = SHAPES[kind]
    if not re.fullmatch(expression, upper, re.ASCII):
        raise refuse("/number", f"must be {says}")
    return upper


def _short(pointer: str, text: str) -> None:
    rule = Text(200)
    if not rule.allows(text):
        raise refuse(pointer, f"must be {rule.accepts}")


def claim_value(document: IdentityDocument) -> str | None:
    """The text that must be unique among persons, None for a temporary identity.

    All 18-character numbers share one space: they come from one national sequence.
    """
    number = document.get("number")
    if number is None:
        return None
    if document["kind"] in (*EIGHTEEN, "foreign-permanent-resident") and is_identity_number(number):
        return f"identity-number||{number}"
    return "|".join((document["kind"], document.get("issuer", ""), number))
