"""A backup, locked, and its restore, rehearsed: the very scripts, a real PostgreSQL and a real age."""

import os
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest

import ops.servers
from ops.paths import ROOT

pytestmark = pytest.mark.slow
SCRIPTS = ROOT / "ops" / "backup"
SECRET = "Quintessa Zyzzyva shouted"


class Council:
    """A database and a folder of files, a place for backups, and a key of their holder."""

    def __init__(self, servers: ops.servers.Servers, place: Path) -> None:
        self.postgres = next(one for one in servers.each if isinstance(one, ops.servers.Postgres))
        self.place, self.state, self.backups, self.key = place, place / "state", place / "backups", place / "key"
        self.backups.mkdir()
        (self.state / "files").mkdir(parents=True)
        (self.state / "files" / "note.txt").write_text(SECRET)
        (self.state / "mail").mkdir()
        (self.state / "mail" / "reset.log").write_text("a reset link")
        for name in ("original", "rehearsal"):
            with psycopg.connect(self.postgres.connection("postgres"), autocommit=True) as connection:
                connection.execute(f"create database {name}")
        with psycopg.connect(self.postgres.connection("original")) as connection:
            connection.execute("create extension pg_trgm; create table incident (facts text)")
            connection.execute("insert into incident select %s || n from generate_series(1, 500) n", [SECRET])
        subprocess.run(["age-keygen", "-o", self.key], check=True, capture_output=True)
        self.public = subprocess.run(
            ["age-keygen", "-y", self.key], check=True, capture_output=True, text=True
        ).stdout.strip()

    def run(self, script: str, *words: object, database: str = "original", **settings: str):
        """One of the scripts, with PostgreSQL's own programs beside it."""
        folder = ops.servers.binaries(self.postgres.servers)
        environment = {
            "PATH": f"{folder}:{os.environ['PATH']}",
            "PGHOST": str(self.postgres.socket),
            "PGUSER": "evenhand",
            "PGDATABASE": database,
            "BACKUP_RECIPIENT": self.public,
            "BACKUP_FOLDER": str(self.backups),
            "BACKUP_FILES": str(self.state),
        }
        command = ["sh", SCRIPTS / script, *map(str, words)]
        return subprocess.run(command, env=environment | settings, capture_output=True, text=True, check=False)

    @property
    def newest(self) -> Path:
        return max(self.backups.iterdir())

    def facts(self, database: str) -> list[str]:
        with psycopg.connect(self.postgres.connection(database)) as connection:
            return [row[0] for row in connection.execute("select facts from incident order by facts")]


@pytest.fixture
def council(place: Path, tmp_path: Path):
    assert shutil.which("age"), "./run test installs age where it may; otherwise: apt-get install age"
    with ops.servers.Servers(place, durable=False) as servers:
        yield Council(servers, tmp_path)


def test_what_was_backed_up_is_put_back(council: Council) -> None:
    made = council.run("backup.sh", "now")
    assert made.returncode == 0, made.stderr
    elsewhere = council.place / "elsewhere"
    back = council.run("restore.sh", council.newest, council.key, database="rehearsal", BACKUP_FILES=str(elsewhere))
    assert back.returncode == 0, back.stderr
    assert council.facts("rehearsal") == council.facts("original")
    assert (elsewhere / "files" / "note.txt").read_text() == SECRET
    assert not (elsewhere / "mail").exists()  # what was on its way is no record

    again = council.run("restore.sh", council.newest, council.key, database="rehearsal", BACKUP_FILES=str(elsewhere))
    assert again.returncode == 1 and "not empty" in again.stderr


def test_a_backup_tells_nothing_to_whoever_finds_it(council: Council) -> None:
    assert council.run("backup.sh", "now").returncode == 0
    assert {file.name for file in council.newest.iterdir()} == {"database.dump.age", "files.tar.age", "SHA256SUMS"}
    for file in council.newest.iterdir():
        assert file.stat().st_mode & 0o077 == 0
        content = file.read_bytes()
        assert b"Zyzzyva" not in content and (content.startswith(b"age-encryption.org") or file.name == "SHA256SUMS")
    stranger = council.place / "stranger"
    subprocess.run(["age-keygen", "-o", stranger], check=True, capture_output=True)
    refused = council.run(
        "restore.sh", council.newest, stranger, database="rehearsal", BACKUP_FILES=str(council.place / "x")
    )
    assert refused.returncode == 1


@pytest.mark.parametrize("name", ["database.dump.age", "files.tar.age", "SHA256SUMS"])
def test_a_backup_that_was_altered_is_not_put_back(council: Council, name: str) -> None:
    assert council.run("backup.sh", "now").returncode == 0
    file = council.newest / name
    content = bytearray(file.read_bytes())
    content[-20] ^= 1
    file.write_bytes(content)
    refused = council.run(
        "restore.sh", council.newest, council.key, database="rehearsal", BACKUP_FILES=str(council.place / "x")
    )
    assert refused.returncode == 1 and "not as it was made" in refused.stderr


def test_a_backup_that_failed_leaves_none_and_says_so(council: Council) -> None:
    for settings in ({"PGDATABASE": "none-such"}, {"BACKUP_RECIPIENT": "age1nonsense"}, {"BACKUP_RECIPIENT": ""}):
        failed = council.run("backup.sh", "now", **settings)
        assert failed.returncode != 0 and failed.stderr
        assert list(council.backups.iterdir()) == []


def test_as_many_are_kept_as_are_asked_for(council: Council) -> None:
    for day in range(1, 6):
        (council.backups / f"2026-11-0{day}T013000Z").mkdir()
    assert council.run("backup.sh", "now", BACKUP_KEEP_DAYS="3").returncode == 0
    kept = sorted(folder.name for folder in council.backups.iterdir())
    assert kept[:2] == ["2026-11-04T013000Z", "2026-11-05T013000Z"] and len(kept) == 3
