"""Documents that run, are locked, or unpack to far more than they say: each told as what it is."""

import io
import zipfile

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from design import evidence

MACROS = "holds macros"
LOCKED = "is locked with a password"
BOMB = "would unpack to far more"
DISGUISED = "is not what its name says"
OLE = evidence.OLE + b"\0" * 600
WORD = {"word/document.xml": b"<w:document/>", "[Content_Types].xml": b"<Types/>"}
ODT = {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<office/>"}


def zipped(parts: dict[str, bytes], *, flag: int = 0) -> bytes:
    """A zip of these parts, with a flag of their headers set."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    made = bytearray(out.getvalue())
    start = 0
    while flag and (start := made.find(b"PK\x01\x02", start)) >= 0:
        made[start + 8] |= flag
        start += 4
    return bytes(made)


def pdf(**passwords: str) -> bytes:
    out = io.BytesIO()
    document = pikepdf.new()
    document.add_blank_page()
    document.save(out, encryption=pikepdf.Encryption(**passwords) if passwords else False)
    return out.getvalue()


def utf16(words: str) -> bytes:
    return words.encode("utf-16-le")


@pytest.mark.parametrize("name, content, words", [
    ("a.docx", zipped(WORD | {"word/vbaProject.bin": b"x"}), MACROS),
    ("a.xlsx", zipped({"xl/workbook.xml": b"<x/>", "xl/vbaProject.bin": b"x"}), MACROS),
    ("a.odt", zipped(ODT | {"Basic/Standard/Module1.xml": b"x"}), MACROS),
    ("a.doc", OLE + utf16("_VBA_PROJECT"), MACROS),
    ("a.docx", OLE + utf16("EncryptedPackage"), LOCKED),
    ("a.xlsx", OLE + utf16("EncryptedPackage"), LOCKED),
    ("a.docx", zipped(WORD, flag=1), LOCKED),
    ("a.odt", zipped(ODT | {"META-INF/manifest.xml": b"<manifest:encryption-data/>"}), LOCKED),
    ("a.pdf", pdf(owner="o", user="u"), LOCKED),
    ("a.docx", zipped(WORD | {"word/media/image1.png": b"\0" * 50_000_000}), BOMB),
    ("a.docx", zipped(WORD | {f"word/{number}": b"" for number in range(20_001)}), BOMB),
    ("a.docx", OLE, DISGUISED),
    ("a.docx", zipped({"xl/workbook.xml": b"<x/>"}), DISGUISED),
    ("a.docx", zipped(WORD)[:-30], DISGUISED),
])  # fmt: skip
def test_a_document_that_can_do_harm_is_told_as_what_it_is(name, content, words):
    with pytest.raises(evidence.Refused) as refused:
        evidence.check(SimpleUploadedFile(name, content))
    assert str(refused.value).startswith(f"{name} {words}")


@pytest.mark.parametrize("name, content", [
    ("a.docx", zipped(WORD)), ("a.odt", zipped(ODT)), ("a.pdf", pdf()), ("a.pdf", pdf(owner="o")), ("a.doc", OLE),
    ("a.docx", zipped(WORD | {"word/media/image1.png": b"\0" * 5_000_000})),
])  # fmt: skip
def test_an_honest_document_comes_in(name, content):
    """A PDF that only forbids printing opens for everybody, so it does here."""
    evidence.check(SimpleUploadedFile(name, content))


def test_every_reason_is_tried():
    told = {MACROS, LOCKED, BOMB, DISGUISED}
    assert all(any(words in reason for words in told) for reason in evidence.REASONS.values())
    assert len(told) == len(evidence.REASONS)
