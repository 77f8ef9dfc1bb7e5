"""Evidence for a court, over HTTP: on its certificate, and no more than that names."""

import io
import json
import zipfile

from tests.api.access_world import SOON, at_once
from tests.api.published import publish_listed
from tests.api.served import Served, new_entry

LAWYER = ("manager", "legal")


def shown(package: bytes) -> set[str]:
    """The topics of the events of which a package shows the content."""
    with zipfile.ZipFile(io.BytesIO(package)) as bag:
        top = bag.namelist()[0].partition("/")[0]
        files = {name: bag.read(f"{top}/data/{name}.ndjson") for name in ("events", "parts")}
    told = {name: [json.loads(line) for line in text.splitlines()] for name, text in files.items()}
    topics = {one["event"]: one["topic"] for one in told["events"]}
    return {topics[one["event"]] for one in told["parts"] if one["name"] == "body"}


def test_a_court_is_handed_what_its_certificate_names_and_nothing_without_one(served: Served) -> None:
    record = served.open_record()
    for kind in ("problems", "allergies"):
        assert served.post(f"/v1/records/{record}/{kind}", new_entry(kind)).status_code == 201
    path = f"/v1/records/{record}"
    assert served.get(f"{path}/evidence", *LAWYER).status_code == 404
    named = {"sections": ["allergies"], "sensitive": None, "until": SOON}
    deferred = {"notice_deferred_until": None, "order": None}
    disclosure = at_once("statutory-disclosures", **named, **deferred)

    kept = served.post(f"{path}/statutory-disclosures", disclosure, *LAWYER)
    publish_listed(served)
    answer = served.get(f"{path}/evidence", *LAWYER)

    assert (kept.status_code, answer.status_code) == (201, 200), answer.text
    assert shown(answer.content) == {"record.allergy-recorded.v1"}
    ending = {"occurred_at": disclosure["occurred_at"], "content": {"reason": "移交完毕"}}
    ended = served.post(f"{path}/statutory-disclosures/{kept.json()['entry']}/ending", ending, *LAWYER)
    assert ended.status_code == 201, ended.text
    assert served.get(f"{path}/evidence", *LAWYER).status_code == 404
