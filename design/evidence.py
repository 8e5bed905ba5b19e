"""Which files may be handed in, and whether a file is what its name says.

The limit is of storage and of patience on a phone, not of anybody's policy: `EVIDENCE_MAX_BYTES` in the settings.
"""

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import pikepdf
import puremagic
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import lazy

from design import words

HEAD = 8192
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What a zipped document may unpack to, in all and beside its own size, and of how many parts it may be.
MOST_UNPACKED, MOST_RATIO, SMALL, MOST_PARTS = 300 * 1024 * 1024, 200, 10 * 1024 * 1024, 20_000
LOCKED = 0x1
CHECKED = "Each is checked for viruses before anybody can open it."
UNCHECKED = "Files are not checked for viruses here: add only what you expect."
REASONS = {
    "macros": "{name} holds macros, which can do harm. Save it without them or as a PDF, and choose the new file",
    "locked": "{name} is locked with a password. Save it without one, so that others can read it, and choose that",
    "bomb": "{name} would unpack to far more than it says, as a file made to do harm does. It was not added",
    "disguised": "{name} is not what its name says it is. Open it, save it again and choose the new file",
}
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
    if wrong := _what_is_wrong(kind, head, upload):
        raise Refused(REASONS[wrong].format(name=name), wrong)
    upload.seek(0)
    upload.content_type = kind.mime


def _and_whether_checked(hint: str) -> str:
    return f"{hint} {CHECKED if settings.CLAMAV_HOST else UNCHECKED}".strip()


# A hint, and whether files are checked for malware: read when it is shown.
and_whether_checked = lazy(_and_whether_checked, str)


def _what_is_wrong(kind: Kind, head: bytes, upload: UploadedFile) -> str:
    """Which of `REASONS` keeps a file out; empty for none. A document is never opened for it, only looked at."""
    if kind.text:
        return "disguised" if b"\0" in head else ""
    if kind.office:
        return _wrong_in_office_file(head, upload, kind.office)
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        found = []
    if not any(match.extension.lower() in kind.known_as for match in found):
        return "disguised"
    if kind is KINDS["doc"] and _holds(upload, "_VBA_PROJECT".encode("utf-16-le")):
        return "macros"
    return "locked" if kind is KINDS["pdf"] and _holds(upload, b"/Encrypt") and _asks_for_a_password(upload) else ""


def _holds(upload: UploadedFile, words: bytes) -> bool:
    upload.seek(0)
    return words in upload.read()


def _asks_for_a_password(upload: UploadedFile) -> bool:
    """Whether a PDF opens for nobody without a password: one that only forbids printing opens for everybody."""
    upload.seek(0)
    try:
        pikepdf.open(io.BytesIO(upload.read())).close()
    except pikepdf.PasswordError:
        return True
    except pikepdf.PdfError:
        return False
    return False


def _wrong_in_office_file(head: bytes, upload: UploadedFile, part: str) -> str:
    """A zipped office file holds the part that its ending promises, opens for all, and brings nothing that runs."""
    if head.startswith(OLE):
        return "locked" if _holds(upload, "EncryptedPackage".encode("utf-16-le")) else "disguised"
    upload.seek(0)
    try:
        with zipfile.ZipFile(upload) as packed:
            parts = packed.infolist()
            if _is_bomb(parts, upload.size or 0):
                return "bomb"
            manifest = next((one for one in parts if one.filename == "META-INF/manifest.xml"), None)
            said = packed.read(manifest) if manifest and manifest.file_size < MEGABYTE else b""
            if any(one.flag_bits & LOCKED for one in parts) or b"encryption-data" in said:
                return "locked"
    # The last but one is how `zipfile` says that it does not know a way of packing, or of locking.
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, EOFError):
        return "disguised"
    names = [one.filename for one in parts]
    if any("vbaproject" in name.lower() or name.startswith(("Basic/", "Scripts/")) for name in names):
        return "macros"
    return "" if any(name.startswith(part) for name in names) else "disguised"


def _is_bomb(parts: list[zipfile.ZipInfo], size: int) -> bool:
    """Whether it says itself that it unpacks to what no document does."""
    whole = sum(one.file_size for one in parts)
    dense = whole > SMALL and whole > MOST_RATIO * max(size, 1)
    return len(parts) > MOST_PARTS or whole > MOST_UNPACKED or dense


def _list(kinds: Mapping[str, Kind]) -> str:
    endings = sorted(set(kinds))
    return ", ".join(endings[:-1]) + " or " + endings[-1] if len(endings) > 1 else endings[0]
