"""Asking ClamAV whether a file holds something bad, by its INSTREAM: the bytes go to it, it sees no folder of ours."""

import socket
import struct
from contextlib import suppress
from typing import IO

from django.conf import settings

PIECE = 64 * 1024
PATIENCE = 60
FOUND, CLEAN = " FOUND", "stream: OK"


class Unanswered(Exception):
    """ClamAV is out of reach, or could not say; its text says which. The file stays as it is: not checked."""


def ask(file: IO[bytes]) -> str:
    """The name of what ClamAV found in a file; empty where it found nothing. Raises `Unanswered`."""
    try:
        with socket.create_connection((settings.CLAMAV_HOST, settings.CLAMAV_PORT), timeout=PATIENCE) as clamd:
            clamd.sendall(b"zINSTREAM\0")
            # Past its own limit of size it stops reading, and has said so.
            with suppress(BrokenPipeError, ConnectionResetError):
                while piece := file.read(PIECE):
                    clamd.sendall(struct.pack("!L", len(piece)) + piece)
                clamd.sendall(struct.pack("!L", 0))
            said = _answer(clamd)
    except OSError as problem:
        raise Unanswered(f"ClamAV could not be reached: {problem.strerror or problem}") from problem
    if said == CLEAN:
        return ""
    if said.endswith(FOUND):
        return said.removeprefix("stream: ").removesuffix(FOUND)[:200]
    raise Unanswered(f"ClamAV could not say: {said[:200] or 'it said nothing'}")


def _answer(clamd: socket.socket) -> str:
    got = b""
    while (piece := clamd.recv(4096)) and len(got) < PIECE:
        got += piece
    return got.rstrip(b"\0\n").decode("utf-8", "replace")
