"""A real mail server on loopback that refuses, hesitates or hangs up as told."""

import contextlib
import socketserver
import threading
from collections.abc import Iterator
from datetime import datetime

from letters.models import Dispatch
from letters.services import account_mail, outbox
from tests.factories import NOON

HANG_UP = ""


def deliver(*, at: datetime = NOON) -> None:
    """As the workers do every 20 seconds: take up what accounts are owed, and send what can go to staff."""
    account_mail.take_up(at=at)
    for pk in list(Dispatch.objects.filter(notice__isnull=False).ready(at).values_list("pk", flat=True)):
        outbox.send(pk, now=lambda: at)


class Post(socketserver.ThreadingTCPServer):
    """Takes mail. `answers` replaces the reply to a command (`END`: to the words); clearing `go_on` delays that one."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.answers: dict[str, str] = {}
        self.received: list[bytes] = []
        self.arrived = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.server_address[1]


class Conversation(socketserver.StreamRequestHandler):
    """One client, one conversation."""

    server: Post

    def handle(self) -> None:
        """Speak as much SMTP as Django needs."""
        self.timeout = 30
        usual = {"START": "220 loopback", "EHLO": "250 loopback", "DATA": "354 go on", "QUIT": "221 bye"}
        if not self.reply("START", usual["START"]):
            return
        while line := self.rfile.readline():
            command = line.split()[0].decode().upper() if line.split() else ""
            if not self.reply(command, usual.get(command, "250 ok")) or command == "QUIT":
                return
            if command == "DATA" and "DATA" not in self.server.answers and not self.take():
                return

    def reply(self, command: str, usual: str) -> bool:
        """Answer; False to hang up."""
        answer = self.server.answers.get(command, usual)
        if answer == HANG_UP:
            return False
        self.wfile.write(f"{answer}\r\n".encode())
        return True

    def take(self) -> bool:
        """Take the words, up to the full stop."""
        words = b""
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            words += line
        self.server.received.append(words)
        self.server.arrived.set()
        self.server.go_on.wait(60)
        with contextlib.suppress(OSError):
            return self.reply("END", "250 taken")
        return False


@contextlib.contextmanager
def office() -> Iterator[Post]:
    """A mail server for as long as it is needed."""
    with Post() as post:
        thread = threading.Thread(target=post.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield post
        finally:
            post.go_on.set()
            post.shutdown()
            thread.join()
