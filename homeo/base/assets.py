"""Build what nobody writes: the icon sprite and what we need of Bootstrap for the pages, the fonts of the documents.

Run ``python -m homeo.base.assets`` after the packages are installed or the list of icons has changed.
"""

import re
import sys
from pathlib import Path

from homeo.base.fonts import build_fonts
from homeo.base.icons import ROOT, build_sprite

SOURCE = ROOT / "node_modules" / "bootstrap" / "dist" / "css" / "bootstrap.min.css"
STYLESHEET = ROOT / "build" / "static" / "css" / "bootstrap.css"

# Parts of Bootstrap that no page uses; its colours and what it has for each width of screen go too: two thirds of it.
UNUSED = (
    r"accordion|badge|bg|breadcrumb|btn-group|btn-link|btn-outline|btn-toolbar|card|carousel|dropdown|dropend|dropstart"
    r"|dropup|figure|form-floating|form-range|link|list-group|modal|nav|navbar|offcanvas|offset|page|pagination"
    r"|placeholder|popover|progress|ratio|rounded|row-cols|spinner|tab|table|text-bg|toast|tooltip"
)

_UNUSED_CLASS = re.compile(
    rf"\.(?:bs-)?(?:{UNUSED})(?![a-z])|-(?:sm|md|lg|xl|xxl|dark|info|light|secondary|success)(?![a-z])"
)
_RULE = re.compile(r"(?P<selectors>[^{}]+)\{[^{}]*\}")
_EMPTY_MEDIA = re.compile(r"@media[^{}]*\{\}")
_DATA_URL = re.compile(r"""url\((?P<quote>["'])data:.*?(?P=quote)\)""")
_SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=.*?\*/\s*")


def build_stylesheet(source: Path = SOURCE, stylesheet: Path = STYLESHEET) -> Path:
    """Write Bootstrap without its ``data:`` pictures and without what no page uses into `stylesheet`, and return it.

    The Content-Security-Policy refuses such pictures. To override them is not enough: a browser may
    ask for them before our own style sheets have come.

    Raises:
        FileNotFoundError: the package is not installed.
    """
    css = source.read_text(encoding="utf-8")
    stylesheet.parent.mkdir(parents=True, exist_ok=True)
    css = _SOURCE_MAP.sub("", _DATA_URL.sub("none", css))
    css = _EMPTY_MEDIA.sub("", _RULE.sub(_kept, css))
    stylesheet.write_text(css, encoding="utf-8")
    return stylesheet


def _kept(rule: re.Match) -> str:
    is_used = not all(_UNUSED_CLASS.search(selector) for selector in rule["selectors"].split(","))
    return rule[0] if is_used else ""


if __name__ == "__main__":
    try:
        build_sprite()
        build_stylesheet()
        build_fonts()
    except FileNotFoundError as error:
        sys.exit(f"{Path(error.filename).name} is missing: install the front-end packages with npm ci first.")
