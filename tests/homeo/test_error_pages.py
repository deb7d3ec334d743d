"""The pages that say what went wrong stand on nothing that may be broken."""

import pytest
from django.template import loader


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "500"])
def test_needs_no_context_and_no_database(code):
    html = loader.get_template(f"{code}.html").render()
    assert html.count("<h1>") == 1
    assert 'href="/"' in html
    assert "<script" not in html
