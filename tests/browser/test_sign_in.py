"""The sign-in page in a browser."""

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_is_whole_on_every_screen(page_for, axe, shot, width, scheme):
    page = page_for(width=width, scheme=scheme)
    page.goto("/accounts/login/")
    shot(page, f"sign-in-{scheme}")

    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_wrong_password_is_told_and_the_address_is_kept(page_for, receptionist):
    page = page_for()
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(receptionist.email)
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Sign in").click()

    page.get_by_text("do not go together").wait_for()
    expect(page.get_by_label("E-mail")).to_have_value(receptionist.email)


def test_a_person_signs_in_by_the_form(page_for, sign_in, receptionist):
    page = page_for()
    sign_in(page, receptionist)

    expect(page.get_by_role("heading", level=1)).to_be_visible()
