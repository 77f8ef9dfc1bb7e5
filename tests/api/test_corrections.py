"""A correction over HTTP is judged by the edition of the day of its entry."""

from httpx import Response

from tests.api.served import Served

ENROLLED = {"programme": "hypertension", "enrolled_on": "2020-05-06"}


def correct(served: Served, record: str, entry: str, programme: str, **more: object) -> Response:
    seen = served.get(f"/v1/records/{record}").headers["ETag"]
    content = {**ENROLLED, "programme": programme}
    asked = {"occurred_at": "2026-06-01", "entry": entry, "reason": "misread", "content": content, **more}
    return served.post(f"/v1/records/{record}/corrections", asked, if_match=seen)


def test_what_the_form_of_the_day_did_not_know_is_refused_later_too(served: Served) -> None:
    record = served.open_record()
    asked = {"occurred_at": "2020-05-06", "content": ENROLLED}
    entry = str(served.post(f"/v1/records/{record}/programmes", asked).json()["entry"])

    refused = correct(served, record, entry, "copd")
    of_its_day = correct(served, record, entry, "type-2-diabetes")
    redated = correct(served, record, entry, "copd", entry_occurred_at="2025-05-06")

    assert (refused.status_code, refused.json()["edition"]) == (422, "2026")
    assert [of_its_day.status_code, redated.status_code] == [201, 201], redated.text
    [shown] = served.get(f"/v1/records/{record}").json()["sections"]["programmes"]
    assert [step["form"]["edition"] for step in shown["history"]] == ["2026", "2026", "2026.2"]
