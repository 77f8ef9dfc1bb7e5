"""A wrong document or login is untied over HTTP: refused on its next call, and free for its owner at once."""

from tests.api.served import Served, login
from tests.api.whole_life import MANAGER

PASSPORT = {"kind": "passport", "number": "E87654321", "issuer": "CN"}
THIEF = ("thief-of-a-login", "self")


def unlink(county: Served, record: str, link: str) -> int:
    path = f"/v1/records/{record}"
    seen = county.get(path, *MANAGER).headers["ETag"]
    body = {"link": link, "reason": "a namesake's"}
    return county.post(f"{path}/unlinkings", body, *MANAGER, if_match=seen).status_code


def linked(county: Served, record: str, **what: object) -> tuple[int, str]:
    """The status, and the event that linked it."""
    answer = county.post(f"/v1/records/{record}/identities", what)
    return answer.status_code, str(answer.json().get("event"))


def test_a_stolen_login_is_refused_on_its_next_call_and_may_be_linked_elsewhere(served: Served) -> None:
    record, other = served.open_record(), served.open_record()
    _, link = linked(served, record, login=login(THIEF[0]))
    assert served.get(f"/v1/records/{record}", *THIEF).status_code == 200

    assert unlink(served, record, link) == 201

    assert served.get(f"/v1/records/{record}", *THIEF).status_code == 403
    assert linked(served, other, login=login(THIEF[0]))[0] == 201
    assert served.get(f"/v1/records/{record}", *THIEF).status_code == 404
    assert served.get(f"/v1/records/{other}", *THIEF).status_code == 200


def test_a_document_of_another_person_is_theirs_at_once_and_its_number_is_shown_no_more(
    served: Served,
) -> None:
    record, owner = served.open_record(), served.open_record()
    _, link = linked(served, record, document=PASSPORT)
    assert linked(served, owner, document=PASSPORT)[0] == 409

    assert unlink(served, record, link) == 201

    assert linked(served, owner, document=PASSPORT)[0] == 201
    assert unlink(served, record, link) == 409
    view = served.get(f"/v1/records/{record}", *MANAGER)
    assert PASSPORT["number"] not in view.text
    assert [one["kind"] for one in view.json()["identities"] if "unlinked" in one] == ["passport"]
