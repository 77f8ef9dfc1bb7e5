"""Reading bundles: the source's own bytes, and a safe reason for whatever is none."""

import hashlib
from decimal import Decimal

import pytest

from tests.tools.fhir_lives import bundle, patient
from tools.fhir.bundle import BundleUnreadable, read
from tools.fhir.life import Life

SPACED = b"""\xef\xbb\xbf{ "resourceType" : "Bundle", "entry" : [
  {"fullUrl": "urn:uuid:a", "request": {"method": "POST"},
   "resource": {"id": "a", "resourceType": "Claim", "total": {"value": 6.10, "small": 1E-7}} },
  {"request": {"method": "DELETE", "url": "Claim/b"}} ], "type": "transaction" }
"""
ENTRY = b'{"resourceType":"Bundle","entry":[{"resource":%s}]}'


def test_a_resource_keeps_the_bytes_it_has_in_the_file() -> None:
    (claim,) = read(SPACED).resources

    assert claim.raw == b'{"id": "a", "resourceType": "Claim", "total": {"value": 6.10, "small": 1E-7}}'
    assert (claim.type, claim.reference, claim.full_url) == ("Claim", "Claim/a", "urn:uuid:a")


def test_decimals_are_never_floats() -> None:
    (claim,) = read(SPACED).resources

    assert claim.value["total"] == {"value": Decimal("6.10"), "small": Decimal("1E-7")}


def test_the_file_is_known_by_its_digest() -> None:
    found = read(SPACED)

    assert (found.sha256, found.size) == (hashlib.sha256(SPACED).hexdigest(), len(SPACED))


def test_what_is_no_resource_type_is_not_repeated() -> None:
    (found,) = read(ENTRY % b'{"resourceType":"Canary Name","id":"a"}').resources

    assert found.reference == "unknown/a"


@pytest.mark.parametrize("id", [b'"no id!"', b"7", b"null", b'""'])
def test_where_there_is_no_id_the_digest_of_the_bytes_stands_for_it(id: bytes) -> None:
    entry = b'{"resourceType":"Claim","id":' + id + b"}"

    (found,) = read(ENTRY % entry).resources

    assert found.reference == f"Claim/{hashlib.sha256(entry).hexdigest()}"


UNREADABLE = {
    "empty": b"",
    "not UTF-8": b'{"resourceType":"Bundle","a":"\xff"}',
    "no JSON": b"Canary Name",
    "a list": b"[]",
    "a number": b"17",
    "another resource": b'{"resourceType":"Patient","name":[{"text":"Canary Name"}]}',
    "truncated": bundle(patient())[:-20],
    "truncated in a text": bundle(patient())[:200],
    "something after it": bundle(patient()) + b"{}",
    "trailing comma": b'{"resourceType":"Bundle",}',
    "missing colon": b'{"resourceType" "Bundle"}',
    "the key is no text": b'{7:"Bundle"}',
    "duplicate key": b'{"resourceType":"Bundle","type":"a","type":"b"}',
    "duplicate key within": ENTRY % b'{"resourceType":"Claim","id":"a","id":"b"}',
    "NaN": ENTRY % b'{"resourceType":"Claim","a":NaN}',
    "infinity": ENTRY % b'{"resourceType":"Claim","a":-Infinity}',
    "a number of a thousand digits": ENTRY % (b'{"resourceType":"Claim","a":1' + b"0" * 1000 + b"}"),
    "nested without end": ENTRY % (b'{"a":' * 100_000),
    "entries that are no list": b'{"resourceType":"Bundle","entry":{"resource":{"resourceType":"Claim"}}}',
    "entries that are nothing": b'{"resourceType":"Bundle","entry":null}',
    "an entry that is none": b'{"resourceType":"Bundle","entry":[7]}',
    "a resource that is none": ENTRY % b'"Canary Name"',
    "raw line break in a text": ENTRY % b'{"a":"\n"}',
}


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_bundle_is_refused_without_repeating_any_of_it(data: bytes) -> None:
    with pytest.raises(BundleUnreadable) as refusal:
        read(data)

    assert str(refusal.value) and "Canary" not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_a_bundle_without_entries_has_no_resources() -> None:
    assert read(b'{"resourceType":"Bundle"}').resources == ()


def test_entries_without_a_resource_are_counted() -> None:
    assert read(SPACED).empty_entries == 1
    assert read(bundle(patient())).empty_entries == 0


@pytest.mark.parametrize("patients", [0, 2])
def test_a_life_has_exactly_one_patient(patients: int) -> None:
    found = read(bundle(*(patient(f"p{number}") for number in range(patients))))

    with pytest.raises(BundleUnreadable, match="exactly one patient"):
        Life(found)


def test_a_life_without_any_date_cannot_be_placed() -> None:
    with pytest.raises(BundleUnreadable, match="no time"):
        Life(read(bundle(patient(birthDate="unknown"))))
