"""The embedded servers come back with everything that was committed, and go without leaving anything behind."""

import os
import signal
import socket
import subprocess
from pathlib import Path

import psycopg
import pytest
import redis

import ops.console
import ops.paths
import ops.places
import ops.processes
import ops.servers


def connect(servers: ops.servers.Servers) -> psycopg.Connection:
    """A connection of its own to the embedded PostgreSQL."""
    postgres = servers.each[0]
    return psycopg.connect(postgres.connection("evenhand"), autocommit=True)


def valkey(servers: ops.servers.Servers) -> redis.Redis:
    """A client of its own of the embedded Valkey."""
    return redis.Redis.from_url(servers.environment()["REDIS_URL"])


@pytest.mark.slow
def test_killed_servers_come_back_with_every_committed_row_and_every_queued_message(place: Path) -> None:
    with ops.servers.Servers(place) as servers:
        with connect(servers) as connection:
            connection.execute("create table kept (n int)")
            connection.execute("insert into kept select generate_series(1, 500)")
        with valkey(servers) as client:
            client.rpush("queue", *range(200))
        before, address = [server.process for server in servers.each], servers.environment()
        for process in before:
            assert process is not None
            process.send(signal.SIGKILL)
            assert process.ended(5)

        assert sorted(servers.ensure()) == ["postgres", "valkey"]

        with connect(servers) as connection:
            assert connection.execute("select count(*) from kept").fetchone() == (500,)
        with valkey(servers) as client:
            assert client.llen("queue") == 200
        assert servers.ensure() == []
        assert servers.environment() == address
        after = [server.process for server in servers.each]
        assert not set(before) & set(after)
    assert not any(process and process.alive for process in after)


@pytest.mark.slow
def test_the_last_to_leave_stops_the_servers_and_they_start_again_with_their_data(place: Path) -> None:
    with ops.servers.Servers(place) as first:
        running = [server.process for server in first.each]
        with connect(first) as connection:
            connection.execute("create table kept (n int)")
        with ops.servers.Servers(place) as second:
            assert [server.process for server in second.each] == running
        assert all(process and process.alive for process in running)
        address = first.environment()["REDIS_URL"]
        sockets = first.each[0].socket
        assert sockets.stat().st_mode & 0o077 == 0
    assert not any(process and process.alive for process in running)
    assert not sockets.exists()
    assert not list(place.glob("*.pid"))
    with ops.servers.Servers(place) as again:
        with connect(again) as connection:
            assert connection.execute("select count(*) from kept").fetchone() == (0,)
        assert ops.servers.port_of(again.environment()["REDIS_URL"]) == ops.servers.port_of(address)


@pytest.mark.slow
def test_a_stale_pid_file_never_costs_a_stranger_its_life(place: Path) -> None:
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        started = ops.processes.start_of(stranger.pid)
        ops.paths.make(place, 0o711)
        for name in ("postgres", "valkey"):
            ops.processes.Process(stranger.pid, started - 1).write(place / f"{name}.pid")
        with ops.servers.Servers(place):
            assert stranger.poll() is None
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.slow
def test_a_password_guards_valkey_and_no_file_that_holds_it_is_readable_by_others(place: Path) -> None:
    with ops.servers.Servers(place) as servers:
        port = ops.servers.port_of(servers.environment()["REDIS_URL"])
        with (
            redis.Redis(port=port, retry=ops.servers.ONCE) as stranger,
            pytest.raises(redis.exceptions.AuthenticationError),
        ):
            stranger.ping()
        for file in (place / "valkey.url", servers.each[1].data / "valkey.conf"):
            assert file.stat().st_mode & 0o077 == 0


def test_a_server_that_somebody_else_runs_is_not_started(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/evenhand")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    with ops.servers.Servers(place) as servers:
        assert servers.each == []
        assert servers.environment() == {}


def test_a_taken_port_is_not_chosen() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert ops.servers.free_port(wanted=port) not in (0, port)


def test_a_socket_folder_that_belongs_to_another_is_refused(place: Path) -> None:
    postgres = ops.servers.Servers(place).each[0]
    postgres.socket.symlink_to(place)
    try:
        with pytest.raises(ops.console.Stop):
            postgres.prepare()
    finally:
        postgres.socket.unlink()


def test_data_stand_in_the_state_folder_unless_root_must_step_down_and_it_is_closed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    home = ops.places.home(closed)
    assert home.parent == ops.places.OPEN if os.geteuid() == 0 else home == closed
