"""Which files may be handed in, and whether a file is what its name says.

The limit is of storage and of patience on a phone, not of anybody's policy: `EVIDENCE_MAX_BYTES` in the settings.
"""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

import puremagic
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from design import words

HEAD = 8192
MEGABYTE = 1024 * 1024


class Refused(Exception):
    """A file that may not come in; its text says which and why, for the person who chose it."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Kind:
    """A kind of file: what we store it as, and by which endings its first bytes are known."""

    mime: str
    known_as: frozenset[str] = frozenset()
    text: bool = False
    office: str = ""


def _known(mime: str, *endings: str) -> Kind:
    return Kind(mime, frozenset("." + ending for ending in endings))


JPEG = _known("image/jpeg", "jpg", "jpeg", "jfif")
TIFF = _known("image/tiff", "tif", "tiff")
HEIF = _known("image/heic", "heic", "heif", "heics")
MPEG4 = _known("video/mp4", "mp4", "m4v", "mov", "m4a", "3gp", "3g2")
OFFICE = "application/vnd.openxmlformats-officedocument."
ZIPPED = frozenset({".docx", ".xlsx", ".zip", ".odt", ".ods"})
KINDS: dict[str, Kind] = {
    "pdf": _known("application/pdf", "pdf"),
    "jpg": JPEG,
    "jpeg": JPEG,
    "png": _known("image/png", "png", "apng"),
    "gif": _known("image/gif", "gif"),
    "webp": _known("image/webp", "webp"),
    "heic": HEIF,
    "heif": HEIF,
    "tif": TIFF,
    "tiff": TIFF,
    "doc": _known("application/msword", "doc"),
    "docx": Kind(OFFICE + "wordprocessingml.document", ZIPPED, office="word/"),
    "xlsx": Kind(OFFICE + "spreadsheetml.sheet", ZIPPED, office="xl/"),
    "odt": Kind("application/vnd.oasis.opendocument.text", ZIPPED, office="content.xml"),
    "msg": _known("application/vnd.ms-outlook", "msg"),
    "eml": Kind("message/rfc822", text=True),
    "txt": Kind("text/plain", text=True),
    "csv": Kind("text/csv", text=True),
    "mp3": _known("audio/mpeg", "mp3"),
    "m4a": _known("audio/mp4", "m4a", "mp4", "f4a"),
    "wav": _known("audio/wav", "wav"),
    "ogg": _known("audio/ogg", "ogg", "oga", "ogv", "opus"),
    "mp4": MPEG4,
    "mov": _known("video/quicktime", "mov", "mp4", "qt"),
    "3gp": _known("video/3gpp", "3gp", "3g2", "mp4"),
}
PROGRAMMES = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"L\0\0\0\x01\x14\x02\0",
)


def kinds() -> Mapping[str, Kind]:
    """Every kind that evidence may have, by the ending of its name."""
    return KINDS


def size_in_words(size: int) -> str:
    """A size as people say it.

    >>> size_in_words(40 * 1024 * 1024), size_in_words(2048)
    ('40 MB', '2 KB')
    """
    if size >= MEGABYTE:
        return f"{size / MEGABYTE:.1f}".removesuffix(".0") + " MB"
    return f"{max(1, round(size / 1024))} KB"


def check(upload: UploadedFile, *, kinds: Mapping[str, Kind] = KINDS, max_bytes: int | None = None) -> None:
    """Let a file in, with its name cleaned and its content type found out, or raise `Refused` with the reason.

    What the browser said the file was is not believed: the type comes from the ending, and the first bytes must bear
    it out.
    """
    limit = max_bytes or settings.EVIDENCE_MAX_BYTES
    upload.name = name = words.file_name(upload.name or "")
    size = upload.size or 0
    if size == 0:
        raise Refused(f"{name} is empty. Choose another file", "empty")
    if size > limit:
        raise Refused(f"{name} is {size_in_words(size)}. Files must be {size_in_words(limit)} or smaller", "too_big")
    kind = kinds.get(name.rpartition(".")[2].lower())
    if kind is None:
        raise Refused(f"{name} is of a kind that cannot be added. Use {_list(kinds)}", "kind")
    upload.seek(0)
    head = upload.read(HEAD)
    if head.startswith(PROGRAMMES):
        raise Refused(f"{name} is a programme, not the file its name says. It was not added", "programme")
    if not _bears_out(kind, head, upload):
        raise Refused(
            f"{name} is not what its name says it is. Open it, save it again and choose the new file", "disguised"
        )
    upload.seek(0)
    upload.content_type = kind.mime


def _bears_out(kind: Kind, head: bytes, upload: UploadedFile) -> bool:
    if kind.text:
        return b"\0" not in head
    if kind.office:
        return _holds_document(upload, kind.office)
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return False
    return any(match.extension.lower() in kind.known_as for match in found)


def _holds_document(upload: UploadedFile, part: str) -> bool:
    """Whether a zipped office file holds the part that its ending promises, and no macros."""
    upload.seek(0)
    try:
        with zipfile.ZipFile(upload) as packed:
            names = packed.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        return False
    return any(name.startswith(part) for name in names) and not any("vbaproject" in name.lower() for name in names)


def _list(kinds: Mapping[str, Kind]) -> str:
    endings = sorted(set(kinds))
    return ", ".join(endings[:-1]) + " or " + endings[-1] if len(endings) > 1 else endings[0]
