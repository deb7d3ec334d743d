"""The sprite has what the pages ask for."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from homeo.base import icons

SVG = "{http://www.w3.org/2000/svg}"
TEMPLATES = icons.ROOT / "templates"
USED = re.compile(r"""{%\s*icon\s+["']([^"']+)["']""")
NAMED = re.compile(r"""\bicon=["']([a-z0-9-]+)["']""")


@pytest.fixture(scope="module")
def sprite(tmp_path_factory) -> Path:
    if not icons.SOURCE.is_dir():
        pytest.skip("the front-end packages are not installed")
    return icons.build_sprite(sprite=tmp_path_factory.mktemp("sprite") / "img" / "icons.svg")


def test_sprite_has_a_drawing_for_every_name(sprite):
    symbols = ElementTree.parse(sprite).getroot().findall(f"{SVG}symbol")
    assert tuple(symbol.get("id") for symbol in symbols) == icons.ICONS
    assert all(len(symbol) for symbol in symbols)


def test_the_page_decides_colour_and_stroke(sprite):
    for symbol in ElementTree.parse(sprite).getroot():
        assert symbol.get("stroke") == "currentColor"
        assert symbol.get("fill") == "none"
        assert symbol.get("stroke-width") is None


def test_sprite_stays_light(sprite):
    assert sprite.stat().st_size < 60_000


def test_names_are_sorted_and_unique():
    assert list(icons.ICONS) == sorted(set(icons.ICONS))


def test_every_icon_of_the_templates_is_in_the_sprite():
    used = set()
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        used |= set(USED.findall(text)) | set(NAMED.findall(text))
    assert len(used) > 10
    assert used <= set(icons.ICONS)


def test_says_which_drawing_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match=icons.ICONS[0]):
        icons.build_sprite(source=tmp_path, sprite=tmp_path / "icons.svg")


def test_refuses_what_is_not_a_drawing():
    with pytest.raises(ValueError, match="plus is not an SVG drawing"):
        icons.build_symbol("plus", "<html></html>")
