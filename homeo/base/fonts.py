"""Build the fonts that printed documents embed: two weights of Noto Sans for each script, and one font for Chinese.

The package ``manimgx-fonts`` brings Noto Sans as variable fonts, the npm package ``@expo-google-fonts/zcool-xiaowei``
a small font of simplified Chinese; both under the SIL Open Font License. A PDF embeds fonts of one fixed weight, so
these are cut here, once; `homeo.base.assets` does it.
"""

from importlib.resources import files
from pathlib import Path

import uharfbuzz as hb

from homeo.base.icons import ROOT

FOLDER = ROOT / "build" / "fonts"
CHINESE_SOURCE = ROOT.joinpath(
    *("node_modules", "@expo-google-fonts", "zcool-xiaowei", "400Regular", "ZCOOLXiaoWei_400Regular.ttf")
)
WEIGHTS = {"": 400, "B": 600}

LATIN = "NotoSans"
ARABIC = "NotoSansArabic"
CHINESE = "Chinese"
# Latin, Greek and Cyrillic letters, and the signs between them. Joiners and dandas are left to the fonts of the
# scripts whose letters they join: a word that changes its font in the middle is not shaped as a word.
LATIN_RANGES = (
    *((0x20, 0x24F), (0x2B0, 0x52F), (0x1E00, 0x1FFF), (0x2010, 0x206F), (0x2070, 0x20C0), (0x2100, 0x22FF)),
    (0xFFFD, 0xFFFD),
)
JOINERS = (0x200C, 0x200D)
# Where each other script's letters, and the arrows, stand in Unicode.
SCRIPTS = {
    "NotoSansDevanagari": ((0x900, 0x97F), (0x1CD0, 0x1CFF), (0xA8E0, 0xA8FF)),
    "NotoSansBengali": ((0x980, 0x9FF),),
    "NotoSansGurmukhi": ((0xA00, 0xA7F),),
    "NotoSansGujarati": ((0xA80, 0xAFF),),
    "NotoSansOriya": ((0xB00, 0xB7F),),
    "NotoSansTamil": ((0xB80, 0xBFF),),
    "NotoSansTelugu": ((0xC00, 0xC7F),),
    "NotoSansKannada": ((0xC80, 0xCFF),),
    "NotoSansMalayalam": ((0xD00, 0xD7F),),
    "NotoSansSinhala": ((0xD80, 0xDFF),),
    ARABIC: ((0x600, 0x6FF), (0x750, 0x77F), (0x8A0, 0x8FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC)),
    "NotoSansSymbols": ((0x2190, 0x21FF), (0x2600, 0x26FF)),
    CHINESE: ((0x3000, 0x303F), (0x4E00, 0x9FFF), (0xFF00, 0xFFEF)),
}


def font_path(family: str, style: str = "") -> Path:
    """Return where the font of a family is built; `style` is "" or "B". Chinese has one weight for both."""
    weight = WEIGHTS["" if family == CHINESE else style]
    return FOLDER / f"{family}-{weight}.ttf"


def build_fonts() -> None:
    """Write every family in its weights below `FOLDER`.

    Raises:
        FileNotFoundError: the npm package is not installed.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    noto = files("manimgx_fonts")
    for family in (LATIN, *SCRIPTS):
        source = CHINESE_SOURCE if family == CHINESE else noto / f"{family}[wght].ttf"
        face = hb.Face(hb.Blob(source.read_bytes()))
        for style in WEIGHTS:
            font_path(family, style).write_bytes(_cut(face, family, style))


def _cut(face: hb.Face, family: str, style: str) -> bytes:
    wanted = hb.SubsetInput()
    wanted.keep_everything()
    wanted.flags |= hb.SubsetFlags.NO_HINTING
    if family == LATIN:
        letters = {code for first, last in LATIN_RANGES for code in range(first, last + 1)}.difference(JOINERS)
        wanted.glyph_set.clear()
        wanted.unicode_set.clear()
        wanted.unicode_set.update(letters)
    if family != CHINESE:
        wanted.pin_axis_location(face, "wght", WEIGHTS[style])
    return hb.subset(face, wanted).blob.data
