"""Bring the GOV.UK and MOJ style sheets and scripts into `design/static/design/`.

    npm pack govuk-frontend@6.6 @ministryofjustice/frontend@11.1
    python design/vendor.py govuk-frontend-*.tgz ministryofjustice-frontend-*.tgz

Both packages are under the MIT licence. What stands for GOV.UK alone is left out: the font "GDS Transport" (Arial takes
its place), the crest and the crown. Addresses of pictures become relative, and comments that name a source map go,
because the manifest of static files would look for them.
"""

import re
import sys
import tarfile
from pathlib import Path

STATIC = Path(__file__).parent / "static" / "design"
GOVUK = "package/dist/govuk/"
MOJ = "package/moj/"


def clean_css(css: str) -> str:
    """The style sheet without font, crest, absolute addresses and source map.

    >>> clean_css('@font-face{font-family:GDS Transport;src:url(/a)}.a{font-family:GDS Transport,arial,sans-serif}')
    '.a{font-family:arial,sans-serif}'
    >>> clean_css('.b{background:url(/assets/images/x.svg)}/*# sourceMappingURL=b.css.map */')
    '.b{background:url(images/x.svg)}'
    """
    css = re.sub(r"(/\*[^*]*\*/)?@font-face\{[^}]*\}", "", css)
    css = re.sub(r'"?GDS Transport"?, ?', "", css)
    css = re.sub(r"@supports \(\(-webkit-mask-position[^{]*\{\.govuk-footer__copyright-logo:before\{[^}]*\}\}", "", css)
    css = re.sub(r"\.govuk-footer__copyright-logo[^{}]*\{[^}]*\}", "", css)
    css = css.replace("url(/assets/images/", "url(images/")
    return re.sub(r"\s*/\*# sourceMappingURL=.*?\*/\s*", "", css)


def clean_js(js: str) -> str:
    """The script without the comment that names its source map."""
    return re.sub(r"\s*//# sourceMappingURL=\S+\s*", "\n", js)


def read(archive: tarfile.TarFile, name: str) -> bytes:
    """One file of a package, or an error that names it."""
    member = archive.extractfile(name)
    if member is None:
        raise FileNotFoundError(name)
    return member.read()


def vendor(govuk: Path, moj: Path) -> None:
    """Write the cleaned files, and the pictures that the style sheets still point at."""
    (STATIC / "images").mkdir(parents=True, exist_ok=True)
    with tarfile.open(govuk) as source:
        css = clean_css(read(source, GOVUK + "govuk-frontend.min.css").decode())
        (STATIC / "govuk-frontend.min.css").write_text(css)
        (STATIC / "govuk-frontend.min.js").write_text(clean_js(read(source, GOVUK + "govuk-frontend.min.js").decode()))
    with tarfile.open(moj) as source:
        css = clean_css(read(source, MOJ + "moj-frontend.min.css").decode())
        (STATIC / "moj-frontend.min.css").write_text(css)
        (STATIC / "moj-frontend.min.js").write_text(clean_js(read(source, MOJ + "moj-frontend.min.js").decode()))
        for picture in sorted(set(re.findall(r"url\(images/([^)]+)\)", css))):
            (STATIC / "images" / picture).write_bytes(read(source, MOJ + "assets/images/" + picture))


if __name__ == "__main__":
    vendor(Path(sys.argv[1]), Path(sys.argv[2]))
