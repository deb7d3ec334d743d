"""The ground floor: ids, bounds, counting, exports."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from accounts.models import User
from homeo.base import exports
from homeo.base.errors import DomainError, InvalidTransitionError
from homeo.base.fields import new_id, validate_birth_date, validate_past_date, validate_schedule_date
from homeo.base.forms import BaseForm, forms
from homeo.base.models import check_transition
from homeo.base.pagination import COUNT_BOUND, BoundedPaginator
from homeo.demo.factories.accounts import UserFactory


def test_ids_are_distinct_and_fit_their_column():
    ids = {new_id() for _n in range(1000)}
    assert len(ids) == 1000
    assert {len(id_) for id_ in ids} == {24}


@pytest.mark.parametrize("value", ["=1+1", "+49 30", "-1", "@x", "\tx", "\rx"])
def test_cells_that_a_spreadsheet_would_run_are_text(value):
    assert exports.neutral(value) == f"'{value}"


@pytest.mark.parametrize(("value", "text"), [("Ñandú 李", "Ñandú 李"), (None, ""), (5, "5"), ("a=b", "a=b")])
def test_other_cells_stay_as_they_are(value, text):
    assert exports.neutral(value) == text


def test_a_csv_file_opens_in_a_spreadsheet():
    response = exports.csv_response("patients.csv", ["Name"], [["李, 明"], ["=cmd()"]])
    assert response.content.decode() == '\ufeffName\r\n"李, 明"\r\n\'=cmd()\r\n'
    assert response["Content-Disposition"] == 'attachment; filename="patients.csv"'


@pytest.mark.parametrize(
    ("validate", "good", "bad"),
    [
        (validate_birth_date, [0, 365 * 90], [-1, 365 * 140]),
        (validate_schedule_date, [300, -365 * 2], [400, -365 * 4]),
        (validate_past_date, [0, 5], [-1, 365 * 140]),
    ],
)
def test_dates_have_bounds(validate, good, bad):
    today = timezone.localdate()
    for days in good:
        validate(today - dt.timedelta(days=days))
    for days in bad:
        with pytest.raises(ValidationError):
            validate(today - dt.timedelta(days=days))


def test_a_status_follows_the_table():
    table, labels = {"A": frozenset({"B"})}, {"A": "first", "B": "second"}
    check_transition(table, "A", "B", labels=labels)
    with pytest.raises(InvalidTransitionError, match="second"):
        check_transition(table, "B", "A", labels=labels)


def test_every_text_of_a_form_is_bounded_and_errors_find_their_field():
    class NoteForm(BaseForm):
        note = forms.CharField()

    form = NoteForm({"note": "x" * 10_001})
    assert "10000" in str(form.errors["note"])
    form = NoteForm({"note": "x"})
    form.full_clean()
    form.add_domain_error(DomainError("No.", field="note"))
    form.add_domain_error(DomainError("Not at all.", field="elsewhere"))
    assert form.errors == {"note": ["No."], "__all__": ["Not at all."]}


@pytest.mark.django_db
def test_a_long_list_is_counted_to_its_bound_only():
    UserFactory()
    queryset = User.objects.order_by("pk")
    assert BoundedPaginator(queryset, 25).count == 1
    many = queryset.extra(tables=["pg_attribute", "pg_type"])
    paginator = BoundedPaginator(many, 25)
    assert paginator.count == COUNT_BOUND
    assert paginator.is_bounded


@pytest.mark.django_db
def test_names_fold_to_what_is_searched():
    names = {"Ñandú O’Brien": "nandu o’brien", "李 小龍": "李 小龍", "Søren Ærø": "soren aero", "STRAßE": "strasse"}
    for name, folded in names.items():
        user = UserFactory(first_name=name, last_name="")
        user.refresh_from_db()
        assert user.search_name.strip().replace("'", "’") == folded


@pytest.mark.django_db
class TestEveryAnswer:
    def test_pages_are_private_and_strict(self, client):
        response = client.get("/accounts/login/")
        policy = response["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "no-store" in response["Cache-Control"]
        assert response["X-Frame-Options"] == "DENY"
        assert response["Referrer-Policy"] == "same-origin"
        assert response["X-Content-Type-Options"] == "nosniff"

    def test_pages_are_compressed(self, client):
        assert client.get("/accounts/login/", headers={"accept-encoding": "gzip"})["Content-Encoding"] == "gzip"

    @pytest.mark.parametrize("path", ["/patients/\0/", "/?x=\0", "/?\0=x"])
    def test_a_nul_byte_is_refused(self, client, path):
        assert client.get(path.replace("\0", "%00")).status_code == 400
        assert client.post("/accounts/login/", {"login": "a\0b", "password": "x"}).status_code == 400

    def test_a_stranger_is_asked_to_sign_in(self, client):
        response = client.get("/patients/")
        assert response.status_code == 302
        assert response["Location"] == "/accounts/login/?next=/patients/"

    def test_an_unknown_page_says_how_to_go_on(self, client):
        response = client.get("/nowhere/")
        assert response.status_code == 404
        assert b"<html" in response.content

    def test_health(self, client):
        assert client.get("/healthz").content == b"ok\n"
        assert client.get("/readyz").status_code == 200

    def test_not_ready_while_a_migration_is_missing(self, client):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'billing'")
        response = client.get("/readyz")
        assert (response.status_code, response.content) == (503, b"migrations\n")

    def test_a_form_without_csrf_token_is_explained(self, rf: RequestFactory):
        from django.test import Client

        response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a"})
        assert response.status_code == 403
        assert b"<html" in response.content
