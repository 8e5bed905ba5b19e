"""Whether a PDF keeps to what letters promise: PDF/UA-1 (everybody can read it) and PDF/A-3a (it lasts)."""

import io

import page
import pikepdf

LENGTHS = "PDFA3A-STREAM-LENGTH-001"


def faults(pdf: bytes) -> list[str]:
    """What keeps a PDF from both standards; empty where nothing does.

    The validator counts an end of line that is a compressed stream's own last byte as none of it, by chance in one PDF
    of forty. So the lengths of streams are asked of qpdf, which reads them as they are written.
    """
    found = [f"qpdf: {problem}" for problem in pikepdf.open(io.BytesIO(pdf)).check_pdf_syntax()]
    for profile in (page.ValidationProfile.PDF_UA_1, page.ValidationProfile.PDF_A_3A):
        failures = page.validate_pdf_bytes(pdf, profile=profile).failures
        found += [f"{one.rule_id}: {one.message}" for one in failures if one.rule_id != LENGTHS]
    return found
