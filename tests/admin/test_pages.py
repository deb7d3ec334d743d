"""Every page of every table in the Django admin: who may open it, what it shows, what it costs."""

import re

import pytest
from django.contrib import admin as django_admin
from django.urls import reverse

from accounts.models import AuditLog
from tests.admin.conftest import SECRET, tables

QUERIES_MAX = 12


def url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def pages_of(row):
    """Return the addresses of the pages about a row, its history with all its versions included."""
    model = type(row)
    pages = [url(model, "changelist"), url(model, "change", row.pk)]
    if hasattr(model, "history"):
        pages.append(url(model, "history", row.pk))
        pages += [url(model, "simple_history", row.pk, record.pk) for record in row.history.all()]
    return pages


def test_every_table_is_registered():
    registered = set(django_admin.site._registry)
    assert set(tables()) <= registered


def test_the_fixture_has_a_row_of_every_table(rows):
    assert set(rows) == set(tables())


@pytest.mark.parametrize("model", tables(), ids=lambda model: model.__name__)
def test_an_admin_opens_every_page_and_reads_no_clinical_text(model, rows, admin, client_of):
    client = client_of(admin)
    for page in pages_of(rows[model]):
        response = client.get(page)
        assert response.status_code == 200, page
        assert SECRET not in response.content.decode(), page


@pytest.mark.parametrize("model", tables(), ids=lambda model: model.__name__)
@pytest.mark.parametrize("role", ["doctor", "receptionist", "patient"])
def test_nobody_else_opens_any(model, role, rows, request, client_of):
    person = request.getfixturevalue(role)
    client = client_of(getattr(person, "user", person))
    for page in [*pages_of(rows[model]), url(model, "add")]:
        for response in (client.get(page), client.post(page, {"q": "x"})):
            assert response.status_code == 403, page


def test_a_stranger_is_sent_to_the_sign_in_page(rows, client):
    for row in rows.values():
        for page in pages_of(row):
            response = client.get(page)
            assert response.status_code == 302
            assert response.url.startswith("/accounts/login/?next=/admin/")


@pytest.mark.parametrize(
    "name", ["index", "login", "logout", "password_change", "password_change_done", "autocomplete", "jsi18n"]
)
def test_the_other_pages_are_closed_too(name, receptionist, client_of):
    assert client_of(receptionist).get(reverse(f"admin:{name}")).status_code == 403
    assert client_of(receptionist).get("/admin/nothing/here/").status_code == 403


def test_signing_in_out_and_passwords_are_those_of_every_page(admin, client_of):
    client = client_of(admin)
    for name, goes_to in [
        ("login", "admin:index"),
        ("logout", "account_logout"),
        ("password_change", "account_change_password"),
    ]:
        response = client.get(reverse(f"admin:{name}"))
        assert (response.status_code, response.url) == (302, reverse(goes_to))


def test_only_accounts_doctors_hours_kinds_and_remedies_are_added(rows, admin, client_of):
    client = client_of(admin)
    addable = {model.__name__ for model in tables() if client.get(url(model, "add")).status_code == 200}
    hours = {"DoctorBreak", "HoursException", "TimeOff", "Closure"}
    assert addable == hours | {"User", "Doctor", "VisitType", "Remedy", "RemedyRelation"}


def test_what_may_be_changed_is_what_the_access_table_says(rows, admin, client_of):
    client = client_of(admin)
    changeable = {
        model.__name__
        for model, row in rows.items()
        if b'name="_save"' in client.get(url(model, "change", row.pk)).content
    }
    people = {"User", "Patient", "Doctor", "Appointment"}
    hours = {"DoctorBreak", "HoursException", "TimeOff", "Closure"}
    assert changeable == people | hours | {"VisitType", "SchedulingRules", "Remedy", "RemedyRelation"}


@pytest.mark.parametrize("model", tables(), ids=lambda model: model.__name__)
def test_nothing_is_deleted_or_changed_by_force(model, rows, admin, client_of):
    client = client_of(admin)
    row = rows[model]
    assert client.get(url(model, "delete", row.pk)).status_code == 403
    assert client.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    client.post(
        url(model, "changelist"), {"action": "delete_selected", "_selected_action": row.pk, "index": 0, "post": "yes"}
    )
    assert type(row)._base_manager.filter(pk=row.pk).exists()
    if hasattr(model, "history"):
        first = row.history.earliest()
        before = type(row)._base_manager.filter(pk=row.pk).values().get()
        assert client.post(url(model, "simple_history", row.pk, first.pk), {"notes": "x"}).status_code == 405
        assert type(row)._base_manager.filter(pk=row.pk).values().get() == before


@pytest.mark.parametrize("model", tables(), ids=lambda model: model.__name__)
def test_pages_ask_the_database_little(model, rows, admin, client_of, django_assert_max_num_queries):
    client = client_of(admin)
    client.get(reverse("admin:index"))  # content types are cached from here on
    for page in pages_of(rows[model]):
        with django_assert_max_num_queries(QUERIES_MAX):
            client.get(page)


def test_rows_that_do_not_exist_are_404(rows, admin, client_of):
    client = client_of(admin)
    for model, row in rows.items():
        for page in (url(model, "change", "nothing"), url(model, "history", "nothing")):
            assert client.get(page).status_code == 404, page
        if hasattr(model, "history"):
            for version in ("0", "x", "9" * 30):
                assert client.get(url(model, "simple_history", row.pk, version)).status_code == 404


def test_no_page_has_inline_script_or_style(rows, admin, client_of):
    client = client_of(admin)
    pages = [reverse("admin:index"), *(page for row in rows.values() for page in pages_of(row))]
    for page in [*pages, *(url(model, "add") for model in rows if model.__name__ in {"User", "Doctor"})]:
        html = client.get(page).content.decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|data:", html), page
        assert not re.search(r"<script(?![^>]*\bsrc=)", html), page


def test_opening_a_row_of_a_patient_is_recorded(rows, admin, client_of, patient):
    from clinical.models import Consultation

    client = client_of(admin)
    consultation = rows[Consultation]
    for page in ("change", "history"):
        client.get(url(Consultation, page, consultation.pk))
    pages = AuditLog.objects.filter(action="VIEW", user=admin, patient_id=consultation.patient_id)
    assert {entry.changes["page"] for entry in pages} == {
        "admin:clinical_consultation_change",
        "admin:clinical_consultation_history",
    }


def test_the_history_tells_that_hidden_text_changed(rows, admin, client_of):
    from clinical.models import Consultation

    html = client_of(admin).get(url(Consultation, "history", rows[Consultation].pk)).content.decode()
    assert "<strong>Complaints:</strong> changed, hidden" in html
