"""Build the icon sprite that every page shows its icons from.

The drawings come from the npm package ``@tabler/icons``; only the names below are taken.
`homeo.base.assets` builds it, and must run again after this list has changed.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "node_modules" / "@tabler" / "icons" / "icons" / "outline"
SPRITE = ROOT / "build" / "static" / "img" / "icons.svg"

ICONS = (
    "adjustments-horizontal",
    "alert-triangle",
    "archive",
    "archive-off",
    "arrow-back-up",
    "arrow-left",
    "arrow-right",
    "arrows-exchange",
    "arrows-sort",
    "ban",
    "bell",
    "book-2",
    "building-hospital",
    "calendar",
    "calendar-check",
    "calendar-event",
    "calendar-off",
    "calendar-plus",
    "calendar-stats",
    "calendar-time",
    "calendar-week",
    "calendar-x",
    "cash",
    "certificate",
    "chart-bar",
    "check",
    "chevron-down",
    "chevron-left",
    "chevron-right",
    "chevron-up",
    "circle-check",
    "circle-x",
    "clipboard",
    "clipboard-text",
    "clock",
    "cloud-check",
    "cloud-upload",
    "copy",
    "credit-card",
    "currency-rupee",
    "device-desktop",
    "device-floppy",
    "device-tv",
    "dots",
    "download",
    "droplet",
    "edit",
    "external-link",
    "eye",
    "eye-off",
    "file-invoice",
    "file-text",
    "files",
    "filter",
    "flask",
    "heartbeat",
    "help-circle",
    "history",
    "home",
    "hourglass",
    "id",
    "info-circle",
    "key",
    "keyboard",
    "leaf",
    "list",
    "list-check",
    "lock",
    "lock-check",
    "login",
    "login-2",
    "logout",
    "mail",
    "map-pin",
    "maximize",
    "message",
    "moon",
    "note",
    "notes",
    "paperclip",
    "phone",
    "phone-off",
    "photo",
    "pill",
    "player-play",
    "plus",
    "printer",
    "receipt",
    "receipt-refund",
    "receipt-rupee",
    "refresh",
    "repeat",
    "report-medical",
    "search",
    "send",
    "settings",
    "shield-check",
    "shield-lock",
    "signature",
    "sort-ascending",
    "sort-descending",
    "speakerphone",
    "star",
    "stethoscope",
    "sun",
    "ticket",
    "trash",
    "upload",
    "user",
    "user-check",
    "user-circle",
    "user-edit",
    "user-off",
    "user-plus",
    "user-x",
    "users",
    "vaccine-bottle",
    "wallet",
    "writing",
    "x",
    "zoom-in",
    "zoom-out",
)

_SVG = re.compile(r"<svg\b[^>]*>(?P<drawing>.*)</svg>", re.DOTALL)
# Every drawing begins with an invisible square that only reserves the room.
_ROOM = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')
_SPACE = re.compile(r"\s+")


def build_symbol(name: str, svg: str) -> str:
    """Return one drawing as a ``<symbol>`` whose colour and stroke width the page decides.

    Raises:
        ValueError: the text is not an SVG drawing.
    """
    match = _SVG.search(svg)
    if match is None:
        raise ValueError(f"{name} is not an SVG drawing.")
    drawing = _SPACE.sub(" ", _ROOM.sub("", match["drawing"])).strip()
    return (
        f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        f'stroke-linecap="round" stroke-linejoin="round">{drawing}</symbol>'
    )


def build_sprite(source: Path = SOURCE, sprite: Path = SPRITE) -> Path:
    """Write all of `ICONS`, read from the folder `source`, into the file `sprite`, and return it.

    Raises:
        FileNotFoundError: a drawing is missing; the packages are not installed, or the name is wrong.
    """
    symbols = [build_symbol(name, (source / f"{name}.svg").read_text(encoding="utf-8")) for name in ICONS]
    sprite.parent.mkdir(parents=True, exist_ok=True)
    sprite.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n", encoding="utf-8"
    )
    return sprite
