"""Over HTTP: what hangs on a misfiled entry goes along, or is hidden, in one append."""

from typing import Any

from tests.api.served import WHEN, Served, new_entry


def sections(served: Served, record: str) -> dict[str, list[dict[str, Any]]]:  # Any: parsed JSON
    shown = served.get(f"/v1/records/{record}", "manager", "management")
    found: dict[str, list[dict[str, Any]]] = shown.json()["sections"]
    return found


def test_what_followed_and_what_was_found_goes_along(served: Served) -> None:
    wrong, right = served.open_record(), served.open_record()
    path = f"/v1/records/{wrong}"
    entry = str(served.post(f"{path}/problems", new_entry("problems")).json()["entry"])
    resolved = {"occurred_at": WHEN, "content": {"abated_on": "2026-05-31"}}
    assert served.post(f"{path}/problems/{entry}/resolution", resolved).status_code == 201
    finding = new_entry("quality-findings", about=entry)
    last = served.post(f"{path}/quality-findings", finding, "manager", "management")
    asked = {"entry": entry, "reason": "of a namesake", "to": right}

    moved = served.post(f"{path}/misfilings", asked, "manager", "management", if_match=last.headers["ETag"])

    assert moved.status_code == 201, moved.text
    left, there = sections(served, wrong), sections(served, right)
    assert left["problems"] == left["quality_findings"] == []
    assert [one["state"] for one in there["problems"]] == ["resolved"]
    assert [one["content"]["about"] for one in there["quality_findings"]] == [there["problems"][0]["id"]]
    assert moved.json()["version"] == served.get(path, "manager", "management").json()["version"]
