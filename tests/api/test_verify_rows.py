"""After every act there is, over HTTP and by the programs, the rows beside the events are as these tell."""

from contextlib import closing

from store import connect
from store.proof.verify.rows import check_rows
from tests.api.served import Served
from tests.api.whole_life import Life
from tools.publishing import Publishing


def test_a_whole_life_leaves_rows_that_follow_from_its_events(served: Served) -> None:
    Life(served).everything()
    told, keys = Publishing.of(served.service.settings, served.service.database), served.service.opened.keys

    with closing(connect.plain(told.dsn)) as db:
        assert [*check_rows(db, told.log_no, told.origin, keys)] == []
        assert [*check_rows(db, told.log_no, told.origin)] == []
