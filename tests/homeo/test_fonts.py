"""The fonts of the documents: every script in its weights, joined as its words need it."""

import pytest
from fontTools.ttLib import TTFont

from homeo.base.fonts import CHINESE, JOINERS, LATIN, SCRIPTS, WEIGHTS, font_path

LETTERS = {
    LATIN: "AaØŁạΩЖ₹℞…–’½±°µ",
    "NotoSansDevanagari": "कष्ऋ।",
    "NotoSansBengali": "কষ্ৎ",
    "NotoSansGurmukhi": "ਕ੍ਰੀ",
    "NotoSansGujarati": "કૃષ્",
    "NotoSansOriya": "କଜ୍ଞ",
    "NotoSansTamil": "கோஷ்",
    "NotoSansTelugu": "కృష్",
    "NotoSansKannada": "ಕೃಷ್",
    "NotoSansMalayalam": "കൃൺൻ",
    "NotoSansSinhala": "කප්ර",
    "NotoSansArabic": "محپچٹگےي،",
    "NotoSansSymbols": "→↑♀♂",
    CHINESE: "李王张陈小龙",
}


def test_every_family_is_tried():
    assert set(LETTERS) == {LATIN, *SCRIPTS}


@pytest.mark.parametrize("family", LETTERS)
def test_a_family_has_its_letters_in_its_weights(family):
    for style, weight in WEIGHTS.items():
        font = TTFont(font_path(family, style))
        assert {ord(letter) for letter in LETTERS[family]} <= set(font.getBestCmap())
        assert "fvar" not in font
        if family != CHINESE:
            assert font["OS/2"].usWeightClass == weight


def test_the_letters_of_a_family_stand_where_it_is_looked_for():
    for family, ranges in SCRIPTS.items():
        for letter in LETTERS[family]:
            assert family == "NotoSansDevanagari" or letter != "।"
            assert any(first <= ord(letter) <= last for first, last in ranges), letter


def test_latin_leaves_joiners_to_the_scripts_that_are_joined():
    letters = set(TTFont(font_path(LATIN)).getBestCmap())
    assert letters.isdisjoint({*JOINERS, *map(ord, "।॥")})
    assert letters.isdisjoint({code for ranges in SCRIPTS.values() for span in ranges for code in range(*span)})
