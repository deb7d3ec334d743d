"""Requests that no browser of ours would send: a clear answer, never a 500, and the headers of every page."""

import pytest
from django.test import Client
from django.urls import reverse

from homeo.wsgi import application
from tests.access import TABLE, address

pytestmark = pytest.mark.django_db


def is_guarded(response):
    policy = response.headers["Content-Security-Policy"]
    return "unsafe" not in policy and "default-src 'none'" in policy and "no-store" in response.headers["Cache-Control"]


@pytest.fixture
def desk(client_of, receptionist):
    return client_of(receptionist)


@pytest.mark.parametrize("where", ["/", "/accounts/login/", "/healthz", "/nowhere"])
@pytest.mark.parametrize("value", [r'"aaaaaaaaaaaa\000"', "x" * 4000, r'"\377\377\377\377\377\377\377\377"', ""])
def test_a_session_cookie_that_is_none(client, where, value):
    response = client.get(where, headers={"Cookie": f"sessionid={value}"})
    assert response.status_code in {200, 302, 400, 404}
    assert is_guarded(response)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=x; charset=utf-16",
        "application/x-www-form-urlencoded; charset=utf-7",
        "application/x-www-form-urlencoded; charset=no-such",
    ],
)
def test_a_body_that_cannot_be_read(desk, content_type):
    response = desk.generic("POST", "/patients/new/", b"{}", content_type=content_type)
    assert response.status_code == 400
    assert "We could not read that" in response.content.decode()
    assert is_guarded(response)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "parameter",
    [
        "charset=nonsense",
        "charset=hex",
        "charset=idna",
        "charset=utf-16",
        "charset*=nonsense''x",
        "x*=nonsense''x",
        "charset=",
    ],
)
def test_a_charset_that_is_none_is_refused_by_the_servers_own_entrance(rf, method, parameter):
    path = f"{reverse('healthz')}?a=%FF"
    environ = rf.generic(method, path, b"a=b", SERVER_NAME="localhost").environ
    answer = []
    page = b"".join(
        application(environ | {"CONTENT_TYPE": f"text/html; {parameter}"}, lambda *start: answer.append(start))
    )
    [(status, headers)] = answer
    assert status == "400 Bad Request"
    assert "We could not read that" in page.decode()
    assert "default-src 'none'" in dict(headers)["Content-Security-Policy"]


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf8"'])
def test_utf_8_is_taken_by_the_servers_own_entrance(rf, charset):
    request = rf.get(
        reverse("healthz"), headers={"Content-Type": f"text/html; charset={charset}"}, SERVER_NAME="localhost"
    )
    answer = []
    application(request.environ, lambda *start: answer.append(start))
    assert answer[0][0] == "200 OK"


@pytest.mark.parametrize("path", ["/%00", "/patients/%00/", "/patients/?page=%00", "/patients/?%00=1", "/admin/%00"])
def test_nul_bytes_in_the_address(desk, path):
    assert desk.get(path).status_code == 400


@pytest.mark.parametrize("name", ["q", "form_token", "csrfmiddlewaretoken", "a\0b"])
def test_nul_bytes_in_a_form(desk, name):
    assert desk.post("/patients/", {name: "a\0b"}).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "a\0b" * 300},
        {"X-Forwarded-For": "a\0b, c"},
        {"Accept-Language": "x" * 10_000},
        {"Referer": "\0"},
        {"HX-Request": "true", "HX-Current-URL": "http://[evil"},
        {"HX-Request": "true", "HX-Current-URL": "javascript:alert(1)"},
        {"HX-Request": "true", "HX-Current-URL": "%00", "HX-Current-URL-URI-AutoEncoded": "true"},
    ],
)
def test_headers_that_are_nonsense(desk, patient, headers):
    assert desk.get(reverse("patients:patient_detail", args=[patient.pk]), headers=headers).status_code == 200
    response = desk.post("/search/", {"q": patient.name}, headers=headers)
    assert response.status_code == 200
    assert "javascript:" not in response.content.decode()


def test_a_host_that_is_not_ours(client):
    response = client.get("/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert is_guarded(response)
    assert "evil.example" not in response.content.decode()


def test_a_form_from_elsewhere(receptionist):
    page = Client(enforce_csrf_checks=True)
    page.force_login(receptionist)
    response = page.post("/patients/new/", {"first_name": "x"})
    assert response.status_code == 403
    assert is_guarded(response)
    assert 'href="/"' in response.content.decode()


def test_an_error_of_ours_is_told_without_its_reason(receptionist, client_of, monkeypatch):
    from homeo.dashboards.views.day import DayView

    def break_down(*args, **kwargs):
        raise RuntimeError("secret of the machine")

    monkeypatch.setattr(DayView, "get_context_data", break_down)
    page = client_of(receptionist)
    page.raise_request_exception = False
    response = page.get("/day/")
    assert response.status_code == 500
    assert is_guarded(response)
    assert "secret" not in response.content.decode()
    assert "Something broke on our side" in response.content.decode()


@pytest.mark.parametrize("column", ["nobody", "admin", "doctor", "front desk", "patient"])
def test_every_page_is_guarded(world, client_of, client, column):
    rows, people = world
    page = client_of(people[column]) if people[column] else client
    for name, kind in TABLE:
        response = page.get(address(name, kind, rows))
        assert "no-store" in response.headers["Cache-Control"], name
        policy = response.headers["Content-Security-Policy"]
        assert "unsafe" not in policy, name
        assert "default-src 'none'" in policy, name


@pytest.mark.parametrize("method", ["put", "head"])
def test_other_methods_change_nothing(world, client_of, method):
    rows, people = world
    before = {name: type(row).objects.get(pk=row.pk).version for name, row in rows.items()}
    for column in ("doctor", "front desk"):
        page = client_of(people[column])
        for name, kind in TABLE:
            if name == "account_logout" or (method == "head" and not kind):
                continue
            response = getattr(page, method)(address(name, kind, rows))
            assert response.status_code < 500, (name, column)
    assert before == {name: type(row).objects.get(pk=row.pk).version for name, row in rows.items()}


@pytest.mark.parametrize("page", ["0", "-1", "abc", "1000000000", "9" * 5000, "1e9", "", "١"])
def test_pages_of_lists_that_there_are_not(world, client_of, page):
    _rows, people = world
    for column, path in (
        ("front desk", "/patients/"),
        ("front desk", "/billing/"),
        ("front desk", "/scheduling/visits/"),
        ("admin", "/audit/"),
        ("doctor", "/clinical/prescriptions/"),
        ("patient", "/patients/documents/"),
        ("patient", "/accesses/"),
    ):
        query = {"page": page, "size": "1000000", "ordering": "--password", "search": "x" * 500}
        assert client_of(people[column]).get(path, query).status_code in {200, 404}
