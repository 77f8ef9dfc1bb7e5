"""Who a person is on paper: identity documents.

Numbers never appear in errors or reprs.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal, NotRequired, TypedDict, cast

from domain import regions
from domain.errors import ContentRefused, FieldProblem, IdentityDisagrees
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
NO_PART_OF_NUMBERS = (
    "Zs",
    "Zl",
    "Zp",
    "Pd",
    "Cc",
    "Cf",
)  # Unicode categories: spaces, hyphens, what nobody sees
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
NUMBERED = (*EIGHTEEN, *SHAPES, *FREE)
KINDS = (*NUMBERED, "temporary")
# The last two digits of these permits count the cards; what stands before stays with the person for life.
LIFELONG: Mapping[str, int] = {"hk-macao-permit": 9, "taiwan-permit": 8}


def identity_document(
    kind: str, number: str | None = None, *, issuer: str | None = None, reason: str | None = None
) -> IdentityDocument:
    """A checked and normalised document, ready to store.

    number: required except for "temporary", which has a `reason` instead. Made upper case, without spaces
    and hyphens; of the free kinds (military, other) it is kept as it was written.
    issuer: required where numbers are unique only within it. Of a passport the state, by its two or three
    letters in ISO 3166-1, made three; of the free kinds the authority or system, as it was written.
    Raises ContentRefused naming /kind, /number, /issuer or /reason, never repeating a value.
    """
    if kind == "temporary":
        return _temporary(number, reason)
    if number is None:
        raise refuse("/number", "is required")
    document = IdentityDocument(kind=_kind(kind), number=_number(kind, number))
    if (checked := _issuer(kind, issuer)) is not None:
        document["issuer"] = checked
    if reason is not None:
        _short("/reason", reason)
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
    if kind not in NUMBERED:
        raise refuse("/kind", "must be one of: " + ", ".join(KINDS))
    return cast("DocumentKind", kind)


def _number(kind: str, number: str) -> str:
    if kind in FREE:
        _short("/number", number)
        if not _compact(number):
            raise refuse("/number", "must contain letters or digits")
        return number
    compact = _compact(number)
    foreign = kind == "foreign-permanent-resident" and compact[:1] == FOREIGN_REGION
    if kind in EIGHTEEN or foreign:
        return IdentityNumber.parse(compact).value
    expression, says = SHAPES[kind]
    if not re.fullmatch(expression, compact, re.ASCII):
        raise refuse("/number", f"must be {says}")
    return compact


def _issuer(kind: str, issuer: str | None) -> str | None:
    if issuer is None:
        if kind == "passport" or kind in FREE:
            raise refuse("/issuer", "is required: the number is unique only within it")
        return None
    if kind == "passport":
        return _state(issuer)
    _short("/issuer", issuer)
    if not _folded(issuer):
        raise refuse("/issuer", "must contain letters or digits")
    return issuer


def _state(code: str) -> str:
    """Three letters for the state or organisation that issued a passport."""
    told = _compact(code)
    issuers = data("issuers")
    by_two = cast("dict[str, str]", issuers["iso_3166"])
    by_three = [*by_two.values(), *cast("list[str]", issuers["others"])]
    known = by_two | cast("dict[str, str]", issuers["other_codes"]) | {three: three for three in by_three}
    if told not in known:
        raise refuse(
            "/issuer", "must be the ISO 3166-1 code of the issuing state, as printed in the passport"
        )
    return known[told]


def _compact(text: str) -> str:
    """One way of writing a number: NFKC, upper case, no spaces, hyphens or invisible characters."""
    return _without(NO_PART_OF_NUMBERS, _nfkc(_nfkc(text).upper()))


def _folded(text: str) -> str:
    """One way of writing a name: NFKC, letters without case, single spaces between words."""
    return " ".join(_without(("Cf",), _nfkc(_nfkc(text).casefold())).split())


def _nfkc(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _without(categories: tuple[str, ...], text: str) -> str:
    return "".join(one for one in text if unicodedata.category(one) not in categories)


def _short(pointer: str, text: str) -> None:
    rule = Text(200)
    if not rule.allows(text):
        raise refuse(pointer, f"must be {rule.accepts}")


def oddities(document: IdentityDocument) -> list[FieldProblem]:
    """What is accepted of a document but worth a second look: a region that was gone before the birth."""
    number = document.get("number", "")
    if not is_identity_number(number):
        return []
    told = IdentityNumber(number)
    reason = regions.oddity(told.region, told.birth_date)
    return [{"field": "/number", "reason": reason}] if reason else []


def claim_value(document: IdentityDocument) -> str | None:
    """The text that must be unique among persons, None for a temporary identity.

    All 18-character numbers share one space: they come from one national sequence. However a document was
    written down, its claim is the same; the issuer is part of it only where numbers are unique within one.
    """
    kind, number = document["kind"], document.get("number")
    if number is None:
        return None
    compact = _compact(number)
    if kind in (*EIGHTEEN, *FREE, "foreign-permanent-resident") and is_identity_number(compact):
        return _joined("identity-number", compact)
    if kind == "passport" or kind in FREE:
        return _joined(kind, _folded(document.get("issuer", "")), compact)
    return _joined(kind, compact[: LIFELONG.get(kind)])


def _joined(*fields: str) -> str:
    """Each field behind its length, so that no two lists of fields read alike."""
    return "".join(f"{len(one)}:{one}" for one in fields)
