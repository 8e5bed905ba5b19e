"""gunicorn's threads, handed whole requests only: a slow client keeps a socket, never a thread (docs/adr/0177)."""

import errno
import re
import selectors
import socket
import struct
import tempfile
import time
from contextlib import suppress
from functools import partial
from typing import Any

from gunicorn import glogging
from gunicorn.http import get_parser
from gunicorn.workers.gthread import TConn, ThreadWorker

from config import logs

END_OF_HEAD = b"\r\n\r\n"
LONGEST_HEAD = 64 * 1024
LARGEST_BODY = 60 * 1024 * 1024
MOST_DIGITS = 15
IN_MEMORY = 256 * 1024
AT_ONCE = 64 * 1024
LEFT_UNREAD = 16
# What all that is still arriving may take together; each large one counts with what it announced.
MOST_KEPT = 4 * LARGEST_BODY
# A request may be silent this long. It may take as long, and a second more for each so many bytes of it, up to a limit.
PATIENCE, SLOWEST, LONGEST = 20.0, 2048, 600.0
# As long a reader may leave an answer lying before it is given up, and as long they may take over the whole of it.
UNREAD = struct.pack("ll", 30, 0)
LONGEST_READ = 600.0
# So much of an answer the kernel keeps: a page or a static file is out of the thread's hands at once, whoever reads it.
SENT_AHEAD = 1024 * 1024
LENGTH = re.compile(rb"^content-length:[ \t]*(\d+)[ \t]*\r?$", re.I | re.M)
CHUNKED = re.compile(rb"^transfer-encoding:", re.I | re.M)
EXPECTS = re.compile(rb"^expect:[ \t]*100-continue", re.I | re.M)


class Refused(Exception):
    """A request that is not waited for; its text is the status with which it is answered."""


class Arrival:
    """A request on its way in: what has come of it, and how much there is to come."""

    def __init__(self, connection: TConn) -> None:
        self.connection, self.began = connection, time.monotonic()
        self.heard = self.began
        self.kept = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (closed in `done`)
        self.head = bytearray()
        self.got, self.wanted = 0, 0

    def take(self, data: bytes) -> bool:
        """Keep what came; whether all is there. Raises `Refused` where it is not waited for."""
        self.kept.write(data)
        self.got += len(data)
        self.heard = time.monotonic()
        if not self.wanted:
            looked = max(0, len(self.head) - len(END_OF_HEAD))
            self.head += data
            end = self.head.find(END_OF_HEAD, looked)
            if end < 0 and len(self.head) > LONGEST_HEAD:
                raise Refused("431 Request Header Fields Too Large")
            if end < 0:
                return False
            self.wanted = end + len(END_OF_HEAD) + self.body(bytes(self.head[:end]))
        return self.got >= self.wanted

    def body(self, head: bytes) -> int:
        """How long the body is. Browsers and proxies say so beforehand; raises `Refused` where it is not said."""
        if CHUNKED.search(head):
            raise Refused("411 Length Required")
        said = LENGTH.search(head)
        digits = said[1].lstrip(b"0") if said else b""
        length = int(digits[:MOST_DIGITS] or 0)
        if length > LARGEST_BODY or len(digits) > MOST_DIGITS:
            raise Refused("413 Content Too Large")
        if length and EXPECTS.search(head):
            self.connection.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return length

    @property
    def large(self) -> int:
        """What it will take, where that is more than a form's."""
        return self.wanted if self.wanted > IN_MEMORY else 0

    @property
    def late(self) -> bool:
        """Whether it came too slowly for anybody who wants to be answered."""
        now, earned = time.monotonic(), PATIENCE + self.got / SLOWEST
        return now > min(self.heard + PATIENCE, self.began + min(earned, LONGEST))

    @property
    def surplus(self) -> bool:
        """Whether more came than was asked: where the next request starts is nobody's guess, so the connection ends."""
        return self.got > self.wanted

    def ready(self) -> None:
        """From here on it is read as a socket would be."""
        self.kept.seek(0)

    def recv(self, size: int) -> bytes:
        """The next bytes of this one request, and then nothing: never a wait."""
        return self.kept.read(min(size, max(0, self.wanted - self.kept.tell())))

    def done(self) -> None:
        """Forget it."""
        self.kept.close()


class WholeRequests(ThreadWorker):
    """The threaded worker, whose loop takes in each request, head and body, before a thread has anything to do with it.

    As it stands in gunicorn a thread waits for head and body, so as many slow clients as there are threads stop the
    service, and nobody has to be signed in for that.
    """

    def init_process(self) -> None:
        self.arriving: dict[socket.socket, Arrival] = {}
        self.answered: dict[socket.socket, float] = {}
        super().init_process()

    def accept(self, listener: socket.socket) -> None:
        """Take a connection. Where many arrive slowly, the one that has taken longest makes room for the new one."""
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, UNREAD)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SENT_AHEAD)
        self.nr_conns += 1
        connection = TConn(self.cfg, client, address, listener.getsockname())
        connection.initialized = True
        if len(self.arriving) >= self.worker_connections // 2:
            self.forget(next(iter(self.arriving.values())))
        self.wait_for(connection)

    def wait_for(self, connection: TConn) -> None:
        """Take in the next request of a connection."""
        connection.sock.setblocking(False)
        self.arriving[connection.sock] = arrival = Arrival(connection)
        self.poller.register(connection.sock, selectors.EVENT_READ, partial(self.on_bytes, arrival))

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """A connection that was kept alive brings its next request."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self.wait_for(conn)

    def on_bytes(self, arrival: Arrival, client: socket.socket) -> None:
        """Something came of a request: keep it, and hand the request to a thread once it is whole."""
        if client not in self.arriving:
            return
        try:
            data = client.recv(AT_ONCE)
            whole = bool(data) and arrival.take(data)
            if arrival.large and not whole and self.kept() > MOST_KEPT:
                raise Refused("503 Service Unavailable")
        except BlockingIOError:
            return
        except OSError:
            data, whole = b"", False
        except Refused as status:
            self.refuse(arrival, str(status))
            return
        if whole:
            self.hand_over(arrival)
        elif not data:
            self.forget(arrival)

    def hand_over(self, arrival: Arrival) -> None:
        """Give a whole request to a thread."""
        connection = arrival.connection
        self.poller.unregister(connection.sock)
        del self.arriving[connection.sock]
        arrival.ready()
        connection.arrival, connection.parser = arrival, get_parser(self.cfg, arrival, connection.client)
        self.enqueue_req(connection)

    def handle(self, conn: TConn) -> Any:
        """Answer one request; whether the connection may bring another."""
        self.answered[conn.sock] = time.monotonic()
        try:
            return super().handle(conn) and not conn.arrival.surplus
        finally:
            del self.answered[conn.sock]
            conn.arrival.done()

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """Hand it to the product. A reader who was given up has gone, and is no error of ours."""
        try:
            return super().handle_request(req, conn)
        except BlockingIOError:
            raise BrokenPipeError(errno.EPIPE, "the answer was left lying") from None

    def kept(self) -> int:
        """What the large requests that are still arriving have announced."""
        return sum(arrival.large for arrival in self.arriving.values())

    def refuse(self, arrival: Arrival, status: str) -> None:
        """Answer without reading on."""
        client = arrival.connection.sock
        with suppress(OSError):  # it is gone already
            client.send(f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode())
            client.shutdown(socket.SHUT_WR)
            # What lies there unread would make the kernel take the answer back.
            for _ in range(LEFT_UNREAD):
                client.recv(AT_ONCE)
        self.forget(arrival)

    def forget(self, arrival: Arrival) -> None:
        """Close a connection whose request never came."""
        client = arrival.connection.sock
        self.poller.unregister(client)
        del self.arriving[client]
        self.nr_conns -= 1
        arrival.done()
        arrival.connection.close()

    def murder_pending(self) -> None:
        """Give up what comes or is read too slowly; and, when stopping, what has not begun."""
        super().murder_pending()
        for client, began in list(self.answered.items()):
            if time.monotonic() > began + LONGEST_READ:
                with suppress(OSError):  # it is gone already
                    client.shutdown(socket.SHUT_RDWR)  # which ends the thread's wait
        for arrival in list(self.arriving.values()):
            if arrival.late or (not self.alive and not arrival.got):
                self.forget(arrival)


class Log(glogging.Logger):
    """gunicorn's own words, which name the address of a request that failed: without what nobody may read there."""

    def setup(self, cfg: Any) -> None:
        """As gunicorn sets it up, with each line made quiet."""
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.addFilter(logs.Quiet())
            handler.addFilter(logs.by_place)
