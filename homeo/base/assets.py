"""Build what the pages link but nobody writes: the icon sprite, and Bootstrap as our policy allows it.

Run ``python -m homeo.base.assets`` after the packages are installed or the list of icons has changed.
"""

import re
import sys
from pathlib import Path

from homeo.base.icons import ROOT, build_sprite

SOURCE = ROOT / "node_modules" / "bootstrap" / "dist" / "css" / "bootstrap.min.css"
STYLESHEET = ROOT / "build" / "static" / "css" / "bootstrap.css"

_DATA_URL = re.compile(r"""url\((?P<quote>["'])data:.*?(?P=quote)\)""")
_SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=.*?\*/\s*")


def build_stylesheet(source: Path = SOURCE, stylesheet: Path = STYLESHEET) -> Path:
    """Write Bootstrap without its ``data:`` pictures into `stylesheet`, and return it.

    The Content-Security-Policy refuses such pictures. To override them is not enough: a browser may
    ask for them before our own style sheets have come.

    Raises:
        FileNotFoundError: the package is not installed.
    """
    css = source.read_text(encoding="utf-8")
    stylesheet.parent.mkdir(parents=True, exist_ok=True)
    stylesheet.write_text(_SOURCE_MAP.sub("", _DATA_URL.sub("none", css)), encoding="utf-8")
    return stylesheet


if __name__ == "__main__":
    try:
        build_sprite()
        build_stylesheet()
    except FileNotFoundError as error:
        sys.exit(f"{Path(error.filename).name} is missing: install the front-end packages with npm ci first.")
