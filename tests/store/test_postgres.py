"""The embedded server: durable, closed to others, alive while someone needs it, and gone afterwards."""

import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from store.database import APPENDER, Database
from store.embedded import identity
from store.embedded.binaries import PostgresError, find_binaries
from store.embedded.cluster import PORT
from store.embedded.run_folder import LONGEST_SOCKET_PATH
from store.postgres import EmbeddedServer
from tests.conftest import PG_BIN, temporary_data

ROOT = 0
IS_ROOT = os.geteuid() == ROOT
HERE = Path(__file__).parents[2]
SOON_S = 30.0

# Another process that uses the same data: says what it is, then waits to be killed or told to end.
OTHER_PROCESS = """
import sys
from pathlib import Path
from store.postgres import EmbeddedServer
with EmbeddedServer(Path(sys.argv[1]), binaries=Path(sys.argv[2]) if sys.argv[2] else None) as server:
    print("owned" if server.owned else "joined", server.pid, flush=True)
    sys.stdin.read()
"""


class OtherProcess:
    def __init__(self, data: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", OTHER_PROCESS, str(data), str(PG_BIN or "")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(HERE)},
        )
        assert self.process.stdout is not None
        self.state, _, pid = self.process.stdout.readline().strip().partition(" ")
        self.server_pid = int(pid) if pid.isdecimal() else None

    def end(self) -> None:
        """End it in good order, its server included, if it still runs."""
        self.process.communicate(timeout=SOON_S)


@pytest.fixture
def data() -> Iterator[Path]:
    with temporary_data() as folder:
        yield folder


@pytest.fixture
def other_process(data: Path) -> Iterator[Callable[[], OtherProcess]]:
    started: list[OtherProcess] = []

    def start() -> OtherProcess:
        started.append(OtherProcess(data))
        return started[-1]

    yield start
    for other in started:
        other.end()


def setting(server: EmbeddedServer, name: str) -> str:
    with psycopg.connect(server.dsn()) as connection:
        return str(connection.execute("SELECT current_setting(%s)", [name]).fetchall()[0][0])


def eventually(claim: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SOON_S
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def runs(pid: int) -> bool:
    """Alive, and not a zombie that its parent has yet to notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("name", ["fsync", "synchronous_commit", "full_page_writes", "data_checksums"])
def test_durability_is_on(cluster: EmbeddedServer, name: str) -> None:
    assert setting(cluster, name) == "on"


def test_text_is_ordered_by_code_point_on_every_machine(cluster: EmbeddedServer) -> None:
    with psycopg.connect(cluster.dsn()) as connection:
        query = "SELECT name FROM unnest(ARRAY['b', 'B', 'a', '张', 'ä']) AS name ORDER BY name"
        assert [row[0] for row in connection.execute(query)] == ["B", "a", "b", "ä", "张"]
    assert setting(cluster, "server_encoding") == "UTF8"


def test_the_server_listens_on_no_network_address(cluster: EmbeddedServer) -> None:
    assert setting(cluster, "listen_addresses") == ""


def test_the_folders_are_closed_to_others(cluster: EmbeddedServer) -> None:
    for folder in (cluster.data, cluster.data / "run", cluster.data / "postgres"):
        assert folder.stat().st_mode & 0o077 == 0


def test_only_our_roles_may_log_in(cluster: EmbeddedServer, template: str) -> None:
    psycopg.connect(cluster.dsn(APPENDER)).close()
    for role in ("lifelong_owner", "nobody", "root"):
        with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
            psycopg.connect(cluster.dsn(role))


@pytest.mark.skipif(not IS_ROOT, reason="only root can act as another user")
def test_another_user_is_refused_even_at_an_open_socket(data: Path) -> None:
    with EmbeddedServer(data, binaries=PG_BIN) as server:
        psql = server.bin / "psql"
        for folder in (data.parent, data, data / "run"):
            folder.chmod(0o755)
        (data / "run" / f".s.PGSQL.{PORT}").chmod(0o777)

        for user in ("nobody", "daemon"):
            asked = subprocess.run(
                [str(psql), "--no-password", "--dbname", server.dsn(), "--command", "SELECT 1"],
                user=user,
                extra_groups=[],
                cwd="/",
                capture_output=True,
                text=True,
            )
            assert asked.returncode != 0
            assert "Peer authentication failed" in asked.stderr


def test_what_was_committed_survives_a_crash(
    private_server: EmbeddedServer, private_database: Database
) -> None:
    with psycopg.connect(private_database.admin) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")

    private_server.kill()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(private_database.admin)
    private_server.start()

    with psycopg.connect(private_database.admin) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


def test_a_server_that_dies_is_started_again(data: Path) -> None:
    with EmbeddedServer(data, binaries=PG_BIN) as server:
        first = server.pid
        server.kill()
        server.wait()

        assert server.pid not in (None, first)


def test_data_is_kept_from_one_start_to_the_next(data: Path) -> None:
    with EmbeddedServer(data, binaries=PG_BIN) as server, psycopg.connect(server.dsn()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")

    with EmbeddedServer(data, binaries=PG_BIN) as server, psycopg.connect(server.dsn()) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


def test_stopping_ends_the_server_and_frees_the_data(data: Path) -> None:
    with EmbeddedServer(data, binaries=PG_BIN) as server:
        pid = server.pid
    assert pid is not None and not runs(pid)

    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.dsn())
    assert list((data / "run").iterdir()) == []


def test_a_second_process_joins_the_running_server(
    data: Path, other_process: Callable[[], OtherProcess]
) -> None:
    owner = other_process()

    with EmbeddedServer(data, binaries=PG_BIN) as server:
        assert (owner.state, server.owned, server.pid) == ("owned", False, None)
        psycopg.connect(server.dsn()).close()

    assert owner.server_pid is not None and runs(owner.server_pid)


def test_when_the_owner_is_killed_another_takes_over(
    data: Path, other_process: Callable[[], OtherProcess]
) -> None:
    owner = other_process()

    with EmbeddedServer(data, binaries=PG_BIN) as server:
        owner.process.send_signal(signal.SIGKILL)

        assert eventually(lambda: server.pid is not None)
        server.wait()
        assert owner.server_pid is not None and not runs(owner.server_pid)


def test_a_killed_process_leaves_no_server_behind(other_process: Callable[[], OtherProcess]) -> None:
    owner = other_process()
    pid = owner.server_pid
    assert pid is not None and runs(pid)

    owner.process.send_signal(signal.SIGKILL)

    assert eventually(lambda: not runs(pid))


def test_a_server_that_outlived_its_owner_is_replaced(
    data: Path, other_process: Callable[[], OtherProcess]
) -> None:
    owner = other_process()
    for guard in children(owner.process.pid):
        if guard != owner.server_pid:
            os.kill(guard, signal.SIGKILL)
    owner.process.send_signal(signal.SIGKILL)
    owner.process.wait()
    assert owner.server_pid is not None and runs(owner.server_pid)

    with EmbeddedServer(data, binaries=PG_BIN) as server:
        assert server.owned
        assert not runs(owner.server_pid)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_data_folder_with_a_long_path_has_its_socket_elsewhere(tmp_path: Path) -> None:
    data = tmp_path / ("long" * 30)

    with EmbeddedServer(data, binaries=PG_BIN) as server:
        first = server.dsn()
        psycopg.connect(first).close()
    with EmbeddedServer(data, binaries=PG_BIN) as server:
        assert server.dsn() == first
        psycopg.connect(first).close()

    run = Path((data / "run.at").read_text())
    assert len(str(run / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET_PATH
    assert not run.exists()


def test_a_cluster_of_another_version_is_never_touched(data: Path) -> None:
    with EmbeddedServer(data, binaries=PG_BIN):
        pass
    (data / "postgres" / "PG_VERSION").write_text("9\n")

    with pytest.raises(PostgresError, match="no programs of PostgreSQL 9 found"):
        EmbeddedServer(data, binaries=PG_BIN).start()


def test_a_cluster_that_cannot_start_says_why(data: Path) -> None:
    with EmbeddedServer(data, binaries=PG_BIN):
        pass
    with (data / "postgres" / "postgresql.conf").open("a") as file:
        file.write("no_such_parameter = on\n")

    with pytest.raises(PostgresError, match="no_such_parameter"):
        EmbeddedServer(data, binaries=PG_BIN).start()


def test_a_setup_that_was_cut_off_is_begun_again(data: Path) -> None:
    (data / "postgres.new").mkdir(parents=True)
    (data / "postgres.new" / "half").write_text("half of a cluster")

    with EmbeddedServer(data, binaries=PG_BIN) as server:
        psycopg.connect(server.dsn()).close()


def test_the_log_of_the_server_names_no_value(data: Path) -> None:
    canary = "王小明 110101199003070011"
    with EmbeddedServer(data, binaries=PG_BIN) as server, psycopg.connect(server.dsn()) as connection:
        connection.execute("CREATE TABLE person (name text PRIMARY KEY)")
        connection.execute("INSERT INTO person VALUES (%s)", [canary])
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO person VALUES (%s)", [canary])

    assert canary not in (data / "postgres.log").read_text()


@pytest.mark.skipif(not IS_ROOT, reason="only root drops to a service account")
def test_root_without_namespaces_drops_to_a_service_account(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "_in_namespace", lambda: None)
    account = next(filter(None, map(identity._account, identity.SERVICE_ACCOUNTS)))
    if _cannot_run(account, find_binaries(PG_BIN).program("postgres")):
        pytest.skip(f"{account.pw_name} cannot reach PostgreSQL's programs on this machine")
    data.parent.chmod(0o711)

    with EmbeddedServer(data, binaries=PG_BIN) as server:
        psycopg.connect(server.dsn()).close()
        assert (data / "postgres").stat().st_uid == account.pw_uid
    with EmbeddedServer(data, binaries=PG_BIN) as server:
        psycopg.connect(server.dsn()).close()


@pytest.mark.skipif(not IS_ROOT, reason="only root drops to a service account")
def test_root_is_told_when_the_service_account_cannot_reach_the_data(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "_in_namespace", lambda: None)

    with pytest.raises(PostgresError, match=r"cannot reach .*: set LIFELONG_DATA"):
        EmbeddedServer(data, binaries=PG_BIN).start()

    assert data.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(not IS_ROOT, reason="only root can act as another user")
def test_root_does_not_run_in_the_data_of_an_ordinary_user(data: Path) -> None:
    with EmbeddedServer(data, binaries=PG_BIN):
        pass
    os.chown(data / "postgres", 12_345, 12_345)

    with pytest.raises(PostgresError, match="run as an ordinary user"):
        EmbeddedServer(data, binaries=PG_BIN).start()


@pytest.mark.skipif(not IS_ROOT, reason="only root can act as another user")
def test_a_user_is_told_that_the_data_is_somebody_elses(data: Path) -> None:
    with EmbeddedServer(data, binaries=PG_BIN):
        data.chmod(0o755)
        data.parent.chmod(0o755)
        os.chown(data / "postgres.lock", 12_345, 12_345)

        with pytest.raises(PostgresError, match="belongs to another user"):
            EmbeddedServer(data, binaries=PG_BIN).start()


def _cannot_run(account: pwd.struct_passwd, program: str) -> bool:
    tried = subprocess.run(
        ["test", "-x", program], user=account.pw_uid, group=account.pw_gid, extra_groups=[], cwd="/"
    )
    return tried.returncode != 0
