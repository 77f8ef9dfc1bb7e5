"""Resources kept whole: an attached document with the very bytes the source sent."""

import json
from collections.abc import Iterable, Iterator, Sequence

from domain.forms.document import LARGEST, facts_of
from domain.requests import NewEntry
from domain.values import JsonObject, Occurred
from tools.fhir.bundle import Resource

MEDIA_TYPE = "application/fhir+json"
TYPES = "http://hl7.org/fhir/resource-types"
HEAD, JOINT, TAIL = b'{"resourceType":"Bundle","type":"collection","entry":[', b",", b"]}"


def document(resource: Resource, occurred: Occurred) -> NewEntry:
    """One resource, whole."""
    return _attached(f"FHIR {resource.type}", resource.type, resource.raw, occurred)


def originals(resources: Sequence[Resource], occurred: Occurred) -> NewEntry:
    """What one entry was told from, whole: a resource, or a collection of several."""
    if len(resources) == 1:
        return document(resources[0], occurred)
    return _attached("FHIR Bundle", "Bundle", _collection(resources), occurred)


def parts(resources: Iterable[Resource]) -> Iterator[list[Resource]]:
    """The resources in their order, split so that each part fits into one document."""
    part: list[Resource] = []
    size = len(HEAD) + len(TAIL)
    for one in resources:
        length = len(_entry(one)) + len(JOINT)
        if part and size + length > LARGEST:
            yield part
            part, size = [], len(HEAD) + len(TAIL)
        part.append(one)
        size += length
    if part:
        yield part


def _collection(resources: Iterable[Resource]) -> bytes:
    return HEAD + JOINT.join(_entry(one) for one in resources) + TAIL


def _entry(resource: Resource) -> bytes:
    url = f'"fullUrl":{json.dumps(resource.full_url)},'.encode() if resource.full_url else b""
    return b"{" + url + b'"resource":' + resource.raw + b"}"


def _attached(title: str, resource_type: str, content: bytes, occurred: Occurred) -> NewEntry:
    described: JsonObject = {
        "title": title,
        "kind": "fhir-resource",
        "coding": {"system": TYPES, "code": resource_type},
        "media_type": MEDIA_TYPE,
        **facts_of(content),
    }
    return NewEntry("documents", described, occurred)
