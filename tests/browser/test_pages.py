"""Every page that somebody may open: accessible, nothing refused by the policy, no sideways scroll."""

import pytest

from tests.access import COLUMNS, TABLE, address

pytestmark = pytest.mark.django_db(transaction=True)

NO_PAGES = {
    "healthz",
    "readyz",
    "accounts:session",
    "scheduling:slot_list",
    "patients:medicalrecord_download",
    "patients:medicalrecord_page",
    "patients:medicalrecord_show",
    "patients:medicalrecord_thumbnail",
    "scheduling:calendar_file",
    "clinical:history",
    "clinical:records",
    "clinical:snippet_menu",
    "clinical:prescription_print",
    "clinical:prescription_labels",
    "clinical:letter_print",
}


@pytest.mark.parametrize("column", COLUMNS[:-1])
def test_pages(world, page_for, axe, shot, problems, subtests, column):
    rows, people = world
    page = page_for(people[column])
    for (name, kind), statuses in TABLE.items():
        if statuses[COLUMNS.index(column)] != 200 or name in NO_PAGES:
            continue
        with subtests.test(name):
            page.goto(address(name, kind, rows))
            for width in (1280, 360):
                page.set_viewport_size({"width": width, "height": 800})
                for scheme in ("light", "dark"):
                    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                    assert axe(page) == [], (width, scheme)
                    shot(page, f"{column}-{name}-{scheme}")
                assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert problems == []
        problems.clear()
