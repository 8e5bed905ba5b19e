"""Slow clients, one kind at a time, with real sockets against two threads: somebody else is answered meanwhile."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from ops import demo
from ops.servers import free_port

pytestmark = pytest.mark.slow
MANY = 50
APP = """
import hashlib, struct, time
from config import server
server.PATIENCE, server.MOST_KEPT = 3.0, 9_000_000
server.UNREAD, server.LONGEST_READ = struct.pack("ll", 3, 0), 5.0
def app(environ, start_response):
    if environ["PATH_INFO"] == "/big":
        start_response("200 OK", [("Content-Length", str(80_000_000))])
        return [b"x" * 80_000_000]
    if environ["PATH_INFO"] == "/page":
        start_response("200 OK", [("Content-Length", str(300_000))])
        return [b"x" * 300_000]
    body = environ["wsgi.input"].read() if environ["PATH_INFO"] == "/read" else b""
    said = f"{environ['REQUEST_METHOD']} {len(body)} {hashlib.sha256(body).hexdigest()}".encode()
    start_response("200 OK", [("Content-Length", str(len(said)))])
    return [said]
"""
HEAD = b"POST /read HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module")
def port(tmp_path_factory) -> Iterator[int]:
    """A gunicorn with the product's own worker and two threads, before a small application."""
    folder = tmp_path_factory.mktemp("server")
    (folder / "small.py").write_text(APP)
    port = free_port()
    command = [Path(sys.executable).parent / "gunicorn", "small:app", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    command += ["--threads", "2", "--worker-class", "config.server.WholeRequests", "--no-control-socket"]
    environment = os.environ | {"PYTHONPATH": f"{folder}:{settings.BASE_DIR}"}
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            call(port).close()
            break
        time.sleep(0.1)
    yield port
    server.terminate()
    assert server.wait(40) == 0
    assert "Traceback" not in (folder / "log").read_text(), (folder / "log").read_text()


def call(port: int, data: bytes = b"") -> socket.socket:
    """A connection, with its first bytes sent, as far as they are taken."""
    client = socket.create_connection(("127.0.0.1", port), timeout=15)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        client.sendall(data)
    return client


def answer(client: socket.socket) -> bytes:
    """One whole answer, or what came before the connection ended."""
    got = b""
    while True:
        head, end, body = got.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.I)
        if end and head.startswith(b"HTTP/1.1 100"):
            got = body
        elif (end and length and len(body) >= int(length[1])) or not (data := client.recv(65536)):
            return got
        else:
            got += data


def answered(port: int) -> float:
    """How long somebody else waits for an answer."""
    began = time.monotonic()
    with call(port, GET) as client:
        assert answer(client).startswith(b"HTTP/1.1 200")
    return time.monotonic() - began


SLOW = {
    "says nothing": b"",
    "half a line": b"POST /read HT",
    "half a head": b"POST /read HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    "no body": HEAD % 500,
    "half a body": HEAD % 500 + b"x" * 250,
    "a large body": HEAD % 3_000_000 + b"x" * 300_000,
    "a body that nobody reads": HEAD.replace(b"/read", b"/") % 500,
}


@pytest.mark.parametrize("kind", SLOW)
def test_fifty_slow_clients_keep_nobody_waiting(port, kind):
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(call(port, SLOW[kind])) for _ in range(MANY)]
        time.sleep(0.3)
        assert answered(port) < 2
        time.sleep(4)
        # And they are given up: each is closed, or answered with why not.
        for client in clients:
            with contextlib.suppress(ConnectionResetError):
                assert client.recv(100)[:12] in (b"", b"HTTP/1.1 503")


@contextlib.contextmanager
def readers(port: int, path: bytes, number: int, every: float) -> Iterator[list[socket.socket]]:
    """So many clients that ask for something and then read a byte of it now and then, or nothing at all."""
    with contextlib.ExitStack() as stack:
        clients = []
        for _ in range(number):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", port))
            client.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
            clients.append(client)
        over = threading.Event()

        def read() -> None:
            while not over.wait(every):
                for client in clients:
                    with contextlib.suppress(OSError):
                        client.recv(1024, socket.MSG_DONTWAIT)

        reading = threading.Thread(target=read)
        if every:
            reading.start()
        time.sleep(0.5)
        try:
            yield clients
        finally:
            over.set()
            if every:
                reading.join()


@pytest.mark.parametrize("every", [0, 0.2], ids=["not at all", "a little now and then"])
def test_fifty_who_hardly_read_their_page_keep_nobody_waiting(port, every):
    """A page is out of the thread's hands at once, however slowly somebody takes it."""
    with readers(port, b"/page", MANY, every):
        assert answered(port) < 2


@pytest.mark.parametrize("every", [0, 0.2], ids=["not at all", "a little now and then"])
def test_who_hardly_reads_a_large_answer_is_given_up(port, every):
    """A file that fits into no buffer holds a thread as long as it is read; both threads are free again in time."""
    with readers(port, b"/big", 2, every) as clients:
        began = time.monotonic()
        assert answered(port) < 10
        assert time.monotonic() - began > 1, "the threads were held"
        for client in clients:
            client.settimeout(5)
            with contextlib.suppress(ConnectionResetError):
                while client.recv(1_000_000):
                    pass


def test_a_slow_but_honest_client_is_answered(port):
    with call(port, HEAD % 30) as client:
        for _ in range(30):
            time.sleep(0.03)
            client.sendall(b"y")
        assert b"POST 30 " in answer(client)


def test_a_large_body_arrives_whole(port):
    import hashlib

    body = os.urandom(2_500_000)
    with call(port, HEAD % len(body) + body) as client:
        assert hashlib.sha256(body).hexdigest().encode() in answer(client)


def test_a_connection_is_used_again(port):
    with call(port) as client:
        for number in range(3):
            client.sendall(HEAD % 3 + b"abc" if number % 2 else GET)
            assert answer(client).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("pair", [GET + GET, HEAD % 3 + b"abc" + GET, HEAD.replace(b"/read", b"/") % 3 + b"abc" + GET])
def test_what_follows_unasked_is_never_read_as_a_request(port, pair):
    """Two requests in one breath: the first is answered and the connection ends, so nothing is smuggled in."""
    with call(port, pair) as client:
        first = answer(client)
        assert first.startswith(b"HTTP/1.1 200") and first.count(b"HTTP/1.1") == 1
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(100) == b""


@pytest.mark.parametrize("sent, status", [
    (HEAD.replace(b"Content-Length: %d", b"Transfer-Encoding: chunked") + b"0\r\n\r\n", b"411"),
    (HEAD % 99_999_999, b"413"),
    (HEAD % 999_999_999_999_999_999, b"413"),
    (b"GET / HTTP/1.1\r\nX: " + b"y" * 70_000, b"431"),
    (b"nonsense\r\n\r\n", b"400"),
    (HEAD.replace(b"Content-Length: %d", b"Content-Length: 3\r\nContent-Length: 4") + b"abc", b"400"),
])  # fmt: skip
def test_what_cannot_be_read_is_told_so(port, sent, status):
    with call(port, sent) as client:
        assert answer(client).startswith(b"HTTP/1.1 " + status)
    assert answered(port) < 2


def test_a_client_that_waits_to_be_asked_is_asked(port):
    with call(port, HEAD.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n") % 3) as client:
        assert client.recv(100).startswith(b"HTTP/1.1 100 Continue")
        client.sendall(b"abc")
        assert b"POST 3 " in answer(client)


def test_many_clients_at_once_are_all_answered(port):
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(call(port, HEAD % 4)) for _ in range(200)]
        for client in clients:
            client.sendall(b"abcd")
        assert all(b"POST 4 " in answer(client) for client in clients)


def test_the_demo_and_compose_serve_with_this_worker():
    compose = yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text())["services"]["web"]["command"]
    started = next([str(word) for word in command] for name, _, command in demo.product(Path("/s"), 1) if name == "web")
    image = (settings.BASE_DIR / "Dockerfile").read_text()
    for words in (compose, started):
        assert words[words.index("--worker-class") + 1] == "config.server.WholeRequests"
    assert '"--worker-class", "config.server.WholeRequests"' in image
