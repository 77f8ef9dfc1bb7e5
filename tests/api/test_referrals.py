"""Referrals as both institutions meet them: sent, taken on, and ended before the resident comes back."""

import pytest

from tests.api.access_world import SOON, at_once
from tests.api.served import Json, Served
from tests.builders import content

THERE = ("other-nurse", "care")
CANCELLED = {"reason": "居民决定在本院继续治疗"}
ENDINGS = [
    ("referrals", "cancellation", ("nurse", "care")),
    ("referrals", "decline", THERE),
    ("consultations", "cancellation", ("nurse", "care")),
    ("consultations", "decline", THERE),
]


def sent(served: Served, record: str, kind: str, until: str = SOON) -> Json:
    asked = at_once(kind, to=str(served.other_clinic), until=until)
    answer = served.post(f"/v1/records/{record}/{kind}", asked)
    return {"status": answer.status_code, **answer.json()}


def told(name: str, kind: str) -> Json:
    form = {"decline": {"referrals": "referral-decline", "consultations": "consultation-decline"}[kind]}
    at = at_once(kind)["occurred_at"]
    return {"occurred_at": at, "content": content(form.get(name, "cancellation"))}


@pytest.mark.parametrize("kind, name, who", ENDINGS)
def test_what_is_ended_lets_nobody_read_any_more(
    served: Served, kind: str, name: str, who: tuple[str, str]
) -> None:
    record = served.open_record()
    path = f"/v1/records/{record}/{kind}/{sent(served, record, kind)['entry']}"
    if kind == "referrals":
        taken = {"occurred_at": at_once(kind)["occurred_at"], "content": content("referral-acceptance")}
        assert served.post(f"{path}/acceptance", taken, *THERE).status_code == 201
    assert served.get(f"/v1/records/{record}", *THERE).status_code == 200

    without = {**told(name, kind), "content": {}}
    assert served.post(f"{path}/{name}", without, *who).status_code == 422
    assert served.post(f"{path}/{name}", told(name, kind), *who).status_code == 201

    assert served.get(f"/v1/records/{record}", *THERE).status_code == 404
    again = served.post(f"{path}/{name}", told(name, kind), *who)
    assert again.status_code == (404 if who == THERE else 409)
    shown = served.get(f"/v1/records/{record}").json()["sections"][kind][-1]
    assert shown["state"] == {"decline": "declined", "cancellation": "cancelled"}[name]


@pytest.mark.parametrize("kind", ["referrals", "consultations"])
def test_a_term_that_is_too_long_is_refused_with_the_last_day_there_can_be(served: Served, kind: str) -> None:
    record = served.open_record()

    refused = sent(served, record, kind, until="2099-01-01")

    assert (refused["status"], refused["type"], refused["field"]) == (
        422,
        "/problems/term-refused",
        "/content/until",
    )
    assert sent(served, record, kind, until=str(refused["latest"]))["status"] == 201
