"""What is built for the pages keeps the policy that they are served with."""

import re

import pytest

from homeo.base import assets

STATIC = assets.ROOT / "static"


@pytest.fixture(scope="module")
def bootstrap(tmp_path_factory) -> str:
    if not assets.SOURCE.is_file():
        pytest.skip("the front-end packages are not installed")
    path = assets.build_stylesheet(stylesheet=tmp_path_factory.mktemp("built") / "css" / "bootstrap.css")
    return path.read_text(encoding="utf-8")


def test_bootstrap_brings_no_picture_along(bootstrap):
    assert "data:" not in bootstrap
    assert "sourceMappingURL" not in bootstrap


def test_bootstrap_is_half_its_weight(bootstrap):
    original = assets.SOURCE.read_text(encoding="utf-8")
    assert len(bootstrap) < len(original) / 2
    assert bootstrap.count("{") == bootstrap.count("}")
    assert "{}" not in bootstrap


def test_bootstrap_keeps_every_class_that_a_page_uses(bootstrap):
    original = assets.SOURCE.read_text(encoding="utf-8")
    classes = r'class="([^"]*)"'
    templates = [path.read_text(encoding="utf-8") for path in (assets.ROOT / "templates").rglob("*.html")]
    used = {name for html in templates for value in re.findall(classes, html) for name in value.split()}
    styled = {name for name in used if re.search(rf"\.{re.escape(name)}(?![\w-])", original)}
    assert "form-control" in styled
    assert not [name for name in sorted(styled) if not re.search(rf"\.{re.escape(name)}(?![\w-])", bootstrap)]


def test_says_what_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match="bootstrap"):
        assets.build_stylesheet(source=tmp_path / "bootstrap.css", stylesheet=tmp_path / "out.css")


@pytest.mark.parametrize("path", sorted((STATIC / "css").glob("*.css")), ids=lambda path: path.name)
def test_our_style_sheets_load_only_files_that_exist(path):
    css = path.read_text(encoding="utf-8")
    assert "data:" not in re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    for url in re.findall(r'url\("([^"]+)"\)', css):
        assert url.startswith(("../img/", "../vendor/inter/"))
        if url.startswith("../img/"):
            assert (path.parent / url).resolve().is_file()
