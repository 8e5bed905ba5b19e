"""A letter as PDF: one file that is PDF/UA-1 (accessible) and PDF/A-3a (to be kept), with the same bytes each time.

The only place that knows WeasyPrint. It sees the typefaces in `letters/fonts/` and no others, and can fetch nothing.
"""

import io
import os
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import pikepdf
from django.template.loader import render_to_string
from fontTools.ttLib import TTFont

from letters import models, paper

FONTS = Path(__file__).parent / "fonts"
STYLE = Path(__file__).parent / "paper.css"
# In the order in which a character is looked for.
FAMILIES = (
    "Noto Sans", "Noto Sans Hebrew", "Noto Sans Arabic", "Noto Sans Devanagari", "Noto Sans Bengali",
    "Noto Sans Gurmukhi", "Noto Sans Gujarati", "Noto Sans Tamil", "Noto Sans Ethiopic", "Noto Sans Thai",
    "Noto Emoji", "Droid Sans Fallback",
)  # fmt: skip
# Marks without a shape of their own: joiners, directions, variation selectors, the byte order mark.
SHAPELESS = frozenset(
    {0x00AD, 0x034F, 0x061C, 0xFEFF}
    | set(range(0x200B, 0x2010))
    | set(range(0x202A, 0x202F))
    | set(range(0x2060, 0x2070))
    | set(range(0xFE00, 0xFE10))
    | set(range(0xE0000, 0xE01F0))
)
PDF_UA = b"""<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="">
<pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"
 rdf:about=""><pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Indicates which part of ISO 14289 is followed</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""


class NothingFetched(RuntimeError):
    """A letter asked for something from outside. Its template is at fault: a letter stands on its own."""


@cache
def _typesetter() -> tuple[Any, Any, Any]:
    """WeasyPrint, one font configuration for the life of the process, and the style sheet read with it.

    Fontconfig reads which fonts there are once, from the file that the environment names at that moment; the
    environment is put back at once, so that nothing else in the process loses its fonts.
    """
    families = "".join(f"<family>{family}</family>" for family in FAMILIES)
    with tempfile.TemporaryDirectory(prefix="letters-fonts-") as folder:
        settings = Path(folder) / "fonts.conf"
        settings.write_text(
            '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>'
            f"<dir>{FONTS}</dir><cachedir>{folder}</cachedir>"
            f"<alias><family>sans-serif</family><prefer>{families}</prefer></alias>"
            "<alias><family>emoji</family><prefer><family>Noto Emoji</family></prefer></alias>"
            "</fontconfig>",
            encoding="utf-8",
        )
        before = os.environ.get("FONTCONFIG_FILE")
        os.environ["FONTCONFIG_FILE"] = str(settings)
        try:
            import weasyprint
            from weasyprint.text.fonts import FontConfiguration

            fonts = FontConfiguration()
        finally:
            if before is None:
                del os.environ["FONTCONFIG_FILE"]
            else:
                os.environ["FONTCONFIG_FILE"] = before
    style = weasyprint.CSS(string=STYLE.read_text(encoding="utf-8"), font_config=fonts)
    return weasyprint, fonts, style


@cache
def _drawn() -> frozenset[int]:
    """Every character that one of the typefaces can draw."""
    found: set[int] = set()
    for file in sorted(FONTS.glob("*.ttf")):
        with TTFont(file, lazy=True) as font:
            found |= set(font.getBestCmap())
    return frozenset(found)


def spell_out(text: str) -> str:
    """The text with what no typeface can draw replaced by its number, `[U+13000]`: a word is never lost silently."""
    drawn = _drawn()
    return "".join(c if c in "\n\t" or ord(c) in drawn or ord(c) in SHAPELESS else f"[U+{ord(c):04X}]" for c in text)


def letter(of: models.Letter) -> tuple[bytes, int]:
    """An issued letter as PDF, and how many pages it has."""
    assert of.issued_at is not None
    words = paper.html(of.kind, of.facts, reference=of.reference, about=of.about_ref, heading_level=1)
    sheet = render_to_string(
        "letters/sheet.html",
        {
            "title": paper.title(of.kind, of.facts),
            "reference": of.reference,
            "author": of.facts["frame"]["provider"],
            "made": of.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "letter": words,
        },
    )
    return pdf(sheet)


def pdf(sheet: str) -> tuple[bytes, int]:
    """A whole page of HTML as PDF, and its number of pages. Raises `NothingFetched` where it asks for anything."""
    weasyprint, fonts, style = _typesetter()

    class Refusing(weasyprint.urls.URLFetcher):  # type: ignore[name-defined]
        """Fetches nothing. WeasyPrint takes an ordinary exception for a broken picture, and would go on without it."""

        def fetch(self, url: str, headers: Any = None) -> NoReturn:
            raise weasyprint.urls.FatalURLFetchingError(url)

    html = weasyprint.HTML(string=spell_out(sheet), url_fetcher=Refusing(), base_url=None)
    try:
        with warnings.catch_warnings():
            # WeasyPrint leaves closing the file of its colour profile to the collector of garbage.
            warnings.simplefilter("ignore", ResourceWarning)
            document = html.render(stylesheets=[style], font_config=fonts, pdf_variant="pdf/a-3a")
            made = document.write_pdf(pdf_variant="pdf/a-3a")
    except weasyprint.urls.FatalURLFetchingError as asked:
        raise NothingFetched(str(asked)) from None
    return _finish(made), len(document.pages)


def _finish(made: bytes) -> bytes:
    """Say that the file is PDF/UA too, show its title, and give it an identifier that follows from its contents."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(made)) as file:
        about = file.Root.Metadata.read_bytes()
        file.Root.Metadata = pikepdf.Stream(
            file,
            about.replace(b"</rdf:RDF>", PDF_UA + b"</rdf:RDF>"),
            Type=pikepdf.Name.Metadata,
            Subtype=pikepdf.Name.XML,
        )
        file.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        file.save(out, deterministic_id=True, compress_streams=True)
    return out.getvalue()
