"""A real Chromium on the live server: pages of each person, screenshots, accessibility, and no silent errors."""

import datetime as dt
import json
import os
import re
from pathlib import Path

import pytest

from tests.browser import chromium

PROJECT = Path(__file__).resolve().parents[2]
SCREENSHOTS = PROJECT / "build" / "screenshots"
AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HEIGHTS = {360: 780, 1280: 900}
BAD_STATUS = 400
PATIENCE = 30_000  # ms


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser():
    """The Chromium of the whole run; without one the tests are skipped, and fail where CI is set."""
    executable = chromium.find()
    if executable is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(chromium.MISSING)
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    # Playwright keeps an event loop in this thread, in which Django would refuse the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=chromium.flags())
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def problems():
    """What went wrong in the pages of the test, which fails for it: console and script errors, refused by the CSP,
    failed requests but the page's own, requests to other hosts. A test that means one takes it out of the list."""
    found = []
    yield found
    assert not found, "\n".join(found)


@pytest.fixture
def page_for(request, browser, live_server, client_of, problems, shot):
    """A function that opens a page in a browser of its own, signed in as `user` if there is one.

    Where the test fails, the pages are kept as pictures, named "failed-…".

    page_for(user=None, *, width=1280, scheme="light", **context): addresses are relative to the live server.
    """
    contexts = []
    failed_before = request.session.testsfailed

    def open_page(user=None, *, width=1280, scheme="light", **options):
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": HEIGHTS.get(width, 900)},
            color_scheme=scheme,
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="Asia/Kolkata",
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        if user is not None:
            cookies = client_of(user).cookies.values()
            context.add_cookies([{"name": c.key, "value": c.value, "url": live_server.url} for c in cookies])
        page = context.new_page()
        _watch(page, live_server.url, problems)
        return page

    yield open_page
    for context in contexts:
        if request.session.testsfailed > failed_before:
            for number, page in enumerate(context.pages):
                shot(page, f"failed-{request.node.name}-{contexts.index(context)}-{number}")
        context.close()


@pytest.fixture
def sign_in():
    """A function that signs a person in through the form of the sign-in page, with the demo's password."""
    from homeo.demo.factories.accounts import PASSWORD

    def fill(page, user):
        page.goto("/accounts/login/")
        page.get_by_label("E-mail").fill(user.email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("/")

    return fill


@pytest.fixture
def morning(settings):
    """Ten o'clock in the clinic, whatever the hour is: in a time zone where it is ten now."""
    offset = (10 - dt.datetime.now(dt.UTC).hour + 12) % 24 - 12
    settings.TIME_ZONE = f"Etc/GMT{-offset:+d}"


@pytest.fixture
def sees(axe, shot):
    """A function that checks a page that a person has come to: accessible, no sideways scroll, kept as a picture."""

    def check(page, name):
        shot(page, name)
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    return check


@pytest.fixture
def axe():
    """A function that returns what axe finds wrong with a page, by WCAG 2.2 AA and best practice, one line each."""

    def check(page):
        page.wait_for_load_state()
        # Through the debugger: the CSP refuses script tags.
        session = page.context.new_cdp_session(page)
        if session.send("Runtime.evaluate", {"expression": "typeof axe"})["result"]["value"] == "undefined":
            session.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
        options = json.dumps(
            {"runOnly": {"type": "tag", "values": AXE_RULES}, "resultTypes": ["violations"], "preload": False}
        )
        answer = session.send(
            "Runtime.evaluate",
            {
                "expression": f"axe.run(document, {options}).then(result => JSON.stringify(result.violations))",
                "awaitPromise": True,
            },
        )
        session.detach()
        return [
            f"{rule['id']}: {rule['help']}: {' | '.join(str(node['target'][0]) for node in rule['nodes'])}"
            for rule in json.loads(answer["result"]["value"])
        ]

    return check


@pytest.fixture
def shot():
    """A function that keeps a picture of the whole page, at build/screenshots/NAME-WIDTH.png."""

    def take(page, name):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.wait_for_load_state()
        path = SCREENSHOTS / f"{re.sub(r'[^a-z0-9-]+', '-', name.lower())}-{page.viewport_size['width']}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return take


def _watch(page, home: str, problems: list[str]) -> None:
    """Write the errors of a page into `problems`."""

    def on_console(message):
        # A failed request is told with its address by on_response.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            problems.append(f"console: {message.text}")

    def on_response(response):
        if response.status >= BAD_STATUS and response.request.resource_type != "document":
            problems.append(f"{response.status}: {response.url}")

    def on_request(request):
        # The browser's own PDF viewer is an extension of it.
        if not request.url.startswith((home, "blob:", "chrome:", "chrome-extension:")):
            problems.append(f"another host: {request.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: problems.append(f"script: {error}"))
    page.on("response", on_response)
    page.on("request", on_request)
