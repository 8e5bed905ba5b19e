"""A process is found again by its number and its start, or by the mark it carries; never by its number alone."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from ops import processes
from ops.processes import Process


def test_a_recycled_number_is_another_process() -> None:
    me = Process.of(os.getpid())
    assert me is not None and me.alive
    other = Process(me.pid, me.started + 1)
    assert not other.alive
    other.send(signal.SIGKILL)  # would end this very test


def test_a_zombie_does_not_count_as_running() -> None:
    child = subprocess.Popen(["true"])
    process = Process(child.pid, processes.start_of(child.pid) or 0)
    assert processes.wait_until(lambda: processes.start_of(child.pid) is None, within=5)
    assert not process.alive
    child.wait()


def test_a_torn_or_missing_file_names_no_process(tmp_path: Path) -> None:
    file = tmp_path / "x.pid"
    assert Process.read(file) is None
    for torn in ("", "{", '{"pid": 1}', "[]", '{"pid": "x", "started": 1}'):
        file.write_text(torn)
        assert Process.read(file) is None
    Process(12, 34).write(file)
    assert Process.read(file) == Process(12, 34)


def test_a_name_with_brackets_and_spaces_is_read(tmp_path: Path) -> None:
    program = tmp_path / "a) (b c"
    program.symlink_to("/bin/sleep")
    child = subprocess.Popen([program, "60"])
    try:
        assert processes.wait_until(lambda: (processes.start_of(child.pid) or 0) > 0, within=5)
    finally:
        child.kill()
        child.wait()


def test_what_ignores_a_polite_request_is_ended_all_the_same(tmp_path: Path) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    log = tmp_path / "log"
    process = processes.start([sys.executable, "-c", deaf], log=log, environment=dict(os.environ))
    assert processes.wait_until(lambda: "deaf" in log.read_text(), within=10)
    process.stop(within=0.2)
    assert not process.alive


def test_an_orphan_is_found_by_its_mark_and_a_stranger_is_not(tmp_path: Path) -> None:
    script = "import subprocess; subprocess.Popen(['sleep', '60'], start_new_session=True)"
    environment = {**os.environ, processes.MARK: "test-orphan-web"}
    parent = processes.start([sys.executable, "-c", script], log=tmp_path / "log", environment=environment)
    assert parent.ended(10)
    stranger = subprocess.Popen(["sleep", "60"], env={**os.environ, processes.MARK: "another"})
    try:
        assert processes.stop_marked("test-orphan") == 1
        assert processes.marked("test-orphan") == []
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()
