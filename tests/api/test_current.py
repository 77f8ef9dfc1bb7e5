"""The current record over HTTP: the same bytes whether it is folded or kept, and no need for what is kept."""

import psycopg

from store.bodies import KeptBodies
from tests.api.served import Served, new_entry


def settle(county: Served) -> None:
    bodies = county.service.records.bodies
    assert isinstance(bodies, KeptBodies)
    bodies.settle()


def kept(county: Served, record: str) -> int:
    with psycopg.connect(county.service.database.admin) as connection:
        return connection.execute(
            "SELECT FROM store.snapshot WHERE stream_id = %s AND fold LIKE 'body of %%'", [record]
        ).rowcount


def test_a_record_reads_the_same_folded_kept_and_after_what_was_kept_is_deleted(served: Served) -> None:
    record = served.open_record()
    served.post(f"/v1/records/{record}/encounters", new_entry("encounters"))
    folded = served.get(f"/v1/records/{record}")
    settle(served)
    assert kept(served, record) == 1

    from_kept = served.get(f"/v1/records/{record}")
    with psycopg.connect(served.service.database.admin, autocommit=True) as connection:
        connection.execute("DELETE FROM store.snapshot")
    again = served.get(f"/v1/records/{record}")

    for answer in (from_kept, again):
        assert (answer.content, answer.headers["ETag"]) == (folded.content, folded.headers["ETag"])
        assert answer.headers["Log-Position"] == folded.headers["Log-Position"]


def test_nothing_is_kept_for_a_past_or_for_who_may_not_read(served: Served) -> None:
    record = served.open_record()

    assert served.get(f"/v1/records/{record}", params={"version": "1"}).status_code == 200
    assert served.get(f"/v1/records/{record}", "other-nurse").status_code == 404
    settle(served)

    assert kept(served, record) == 0
