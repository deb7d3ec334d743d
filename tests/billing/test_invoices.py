"""Invoices: the list, making, correcting, paying, paying back, putting away."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.audit import bulk
from accounts.models import AuditLog
from billing import services
from billing.models import Invoice
from homeo.base.fields import new_id
from homeo.demo.factories.billing import InvoiceFactory
from homeo.demo.factories.patients import GuardianFactory, PatientFactory

pytestmark = pytest.mark.django_db

LIST = "/billing/"
ACTIONS = ("invoice_update", "invoice_pay", "invoice_refund", "invoice_archive")


def url(name, obj) -> str:
    return reverse(f"billing:{name}", args=[obj.pk])


def new_invoice(**changes) -> dict:
    return {"form_token": new_id(), "amount": "600", "description": "Follow-up", "due_date": ""} | changes


def payment(**changes) -> dict:
    return {"form_token": new_id(), "amount": "600", "payment_method": "UPI", "payment_reference": "UTR 42"} | changes


def edit_of(invoice, **changes) -> dict:
    invoice = Invoice.objects.get(pk=invoice.pk)
    return {
        "version": invoice.version,
        "amount": invoice.amount,
        "description": invoice.description,
        "due_date": invoice.due_date or "",
    } | changes


def yes() -> dict:
    return {"form_token": new_id()}


def on(page) -> list[Invoice]:
    return list(page.context["page_obj"])


@pytest.fixture
def desk(client_of, receptionist):
    return client_of(receptionist)


@pytest.fixture
def invoice(patient):
    return Invoice.objects.get(pk=InvoiceFactory(patient=patient).pk)


@pytest.fixture
def paid(invoice, receptionist):
    return services.take_payment(actor=receptionist, invoice=invoice, amount=invoice.amount, payment_method="CASH")


# ── the list ────────────────────────────────────────────────────────────────
def test_desk_and_admins_see_all_a_patient_the_own_a_doctor_none(client_of, desk, admin, doctor, invoice):
    other = InvoiceFactory()
    archived = InvoiceFactory(patient=invoice.patient, archived_at=timezone.now())
    own = client_of(invoice.patient.user)
    assert set(on(desk.get(LIST))) == set(on(client_of(admin).get(LIST))) == {invoice, other}
    assert on(own.get(LIST)) == [invoice]
    assert on(own.get(LIST, {"status": "archived"})) == []
    assert client_of(doctor).get(LIST).status_code == 403
    assert own.get(url("invoice_detail", invoice)).status_code == 200
    for hidden in (other, archived):
        assert own.get(url("invoice_detail", hidden)).status_code == 404
    assert client_of(doctor).get(url("invoice_detail", invoice)).status_code == 403
    assert client_of(admin).get(url("invoice_detail", invoice)).status_code == 200


def test_a_guardian_sees_the_bills_of_the_wards(client_of, invoice):
    guardian = GuardianFactory(patient=invoice.patient)
    InvoiceFactory()
    assert on(client_of(guardian.user).get(LIST)) == [invoice]


def test_the_filters_narrow_list_and_open_total(desk, receptionist):
    today = timezone.localdate()
    late = InvoiceFactory(amount=100, due_date=today - dt.timedelta(days=1))
    due = InvoiceFactory(amount=200, due_date=today)
    failed = InvoiceFactory(amount=400, payment_status="FAILED", created_at=timezone.now() - dt.timedelta(days=40))
    paid = services.take_payment(
        actor=receptionist, invoice=InvoiceFactory(amount=800), amount=800, payment_method="CASH"
    )
    archived = InvoiceFactory(amount=1600, archived_at=timezone.now())
    for query, expected, total in (
        ({}, {late, due, failed, paid}, 700),
        ({"status": "open"}, {late, due, failed}, 700),
        ({"status": "overdue"}, {late}, 100),
        ({"status": "PENDING"}, {late, due}, 300),
        ({"status": "COMPLETED"}, {paid}, 0),
        ({"status": "archived"}, {archived}, 0),
        ({"issued_from": today - dt.timedelta(days=7)}, {late, due, paid}, 300),
        ({"issued_to": today - dt.timedelta(days=7)}, {failed}, 400),
        ({"issued_from": today, "issued_to": today, "status": "open"}, {late, due}, 300),
    ):
        page = desk.get(LIST, query)
        assert set(on(page)) == expected, query
        assert page.context["open_total"] == total, query
    assert "₹700.00" in desk.get(LIST).content.decode()
    assert "Overdue" in desk.get(LIST, {"status": "overdue"}).content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"status": "nonsense"},
        {"issued_from": "9999-12-31"},
        {"issued_to": "9999-12-31"},
        {"issued_to": "0001-01-01"},
        {"issued_from": "x"},
        {"ordering": "patient__user__password"},
        {"page": "-1"},
    ],
)
def test_odd_filters_show_a_list(desk, invoice, query):
    assert on(desk.get(LIST, query)) == [invoice]


@pytest.mark.parametrize(
    ("ordering", "last"), [("amount", 300), ("-amount", 100), ("number", 200), ("due", 300), ("-patient", 100)]
)
def test_the_list_is_sorted(desk, ordering, last):
    today = timezone.localdate()
    for name, amount in (("Zoe", 300), ("Asha", 100), ("Mina", 200)):
        due = today + dt.timedelta(days=amount)
        InvoiceFactory(amount=amount, due_date=due, patient__user__first_name=name)
    assert on(desk.get(LIST, {"ordering": ordering}))[-1].amount == last


def test_the_desk_finds_by_patient_and_by_number(desk, invoice):
    other = InvoiceFactory(patient__user__first_name="Tobias", patient__user__last_name="Lindqvist")
    for text in ("lindqvist", other.number, other.patient.file_number):
        answer = desk.post(LIST, {"q": text})
        assert text not in answer.url
        assert other in on(desk.get(answer.url))
    assert on(desk.get(desk.post(LIST, {"q": "lindqvist"}).url)) == [other]


def test_a_patient_finds_only_the_own(client_of, invoice):
    other = InvoiceFactory(patient__user__first_name="Tobias", patient__user__last_name="Lindqvist")
    own = client_of(invoice.patient.user)
    assert on(own.get(own.post(LIST, {"q": other.number}).url)) == []


def test_the_export_is_for_desk_and_admins(desk, client_of, patient):
    InvoiceFactory(patient=patient, description="=HYPERLINK()", amount=Decimal("1234.50"))
    (row,) = csv.DictReader(io.StringIO(desk.get(LIST, {"export": "csv"}).content.decode("utf-8-sig")))
    assert (row["For"], row["Amount"], row["Patient"]) == ("'=HYPERLINK()", "1234.50", patient.name)
    assert client_of(patient.user).get(LIST, {"export": "csv"}).status_code == 403


@pytest.mark.parametrize("who", ["receptionist", "patient"])
def test_the_list_costs_the_same_for_one_and_for_fifty(request, client_of, patient, who, django_assert_max_num_queries):
    person = request.getfixturevalue(who)
    client = client_of(getattr(person, "user", person))
    InvoiceFactory(patient=patient)
    with django_assert_max_num_queries(12) as one:
        client.get(LIST, {"size": 50})
    bulk.create([Invoice(patient=patient, amount=600, description="Visit") for _n in range(49)])
    with django_assert_max_num_queries(12) as fifty:
        page = client.get(LIST, {"size": 50})
    assert len(on(page)) == 50
    assert len(fifty) == len(one)


# ── making and correcting ───────────────────────────────────────────────────
def test_an_invoice_is_made_once_and_due_in_two_weeks(desk, patient):
    typed = new_invoice(amount="1234.50")
    answers = [desk.post(url("invoice_create", patient), typed) for _n in range(12)]
    invoice = Invoice.objects.get()
    assert {answer.url for answer in answers} == {url("invoice_detail", invoice)}
    assert (invoice.amount, invoice.patient) == (Decimal("1234.50"), patient)
    assert invoice.due_date == timezone.localdate() + dt.timedelta(days=14)
    assert f"{invoice.number} for {patient.name} is made: ₹1,234.50." in desk.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "-1"),
        ("amount", "1e30"),
        ("amount", "1e3000000"),
        ("amount", "NaN"),
        ("amount", "Infinity"),
        ("amount", "0.001"),
        ("amount", ""),
        ("amount", "six"),
        ("description", ""),
        ("description", "x" * 201),
        ("due_date", "9999-12-31"),
        ("due_date", "1900-01-01"),
        ("due_date", "2026-02-30"),
    ],
)
@pytest.mark.parametrize("page", ["create", "update"])
def test_bad_input_is_said_beside_the_field_and_kept(desk, invoice, page, field, value):
    address, typed = {
        "create": (url("invoice_create", invoice.patient), new_invoice(**{field: value})),
        "update": (url("invoice_update", invoice), edit_of(invoice, **{field: value})),
    }[page]
    answer = desk.post(address, typed)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {field}
    assert answer.context["form"][field].value() == value
    assert Invoice.objects.count() == 1
    assert Invoice.objects.get().version == invoice.version


def test_a_nul_byte_and_a_missing_token_are_refused(desk, patient):
    assert desk.post(url("invoice_create", patient), new_invoice(description="a\0b")).status_code == 400
    assert desk.post(url("invoice_create", patient), new_invoice(form_token="")).status_code == 400
    assert not Invoice.objects.exists()


def test_forged_fields_change_nothing(desk, invoice):
    other = PatientFactory()
    forged = {"patient": other.pk, "payment_status": "COMPLETED", "invoice_no": 1, "paid_date": "2026-01-01"}
    assert desk.post(url("invoice_update", invoice), edit_of(invoice, amount="700", **forged)).status_code == 302
    after = Invoice.objects.get()
    assert (after.amount, after.patient_id, after.payment_status) == (700, invoice.patient_id, "PENDING")
    assert after.invoice_no == invoice.invoice_no


def test_a_stale_correction_is_refused_and_shown(desk, invoice):
    typed = edit_of(invoice, amount="700.00")
    desk.post(url("invoice_update", invoice), edit_of(invoice, amount="800.00"))
    page = desk.post(url("invoice_update", invoice), typed)
    assert page.status_code == 409
    assert "800.00" in page.content.decode()
    assert Invoice.objects.get().amount == 800


def test_a_paid_invoice_stays_as_it_is(desk, paid):
    for name in ("invoice_update", "invoice_pay", "invoice_archive"):
        assert desk.get(url(name, paid)).url == url("invoice_detail", paid)
    assert desk.post(url("invoice_update", paid), edit_of(paid, amount="1")).status_code == 422
    assert desk.post(url("invoice_pay", paid), payment()).status_code == 422
    assert desk.post(url("invoice_archive", paid), yes()).status_code == 422
    after = Invoice.objects.get()
    assert (after.amount, after.payment_method, after.archived_at) == (600, "CASH", None)


# ── paying, paying back, putting away ───────────────────────────────────────
def test_a_payment_is_taken_once_however_often_it_is_sent(desk, invoice, receptionist):
    page = desk.get(url("invoice_pay", invoice)).content.decode()
    assert "₹600.00" in page
    assert invoice.patient.name in page
    typed = payment()
    answers = [desk.post(url("invoice_pay", invoice), typed) for _n in range(12)]
    assert {answer.url for answer in answers} == {url("invoice_detail", invoice)}
    after = Invoice.objects.get()
    assert (after.payment_status, after.payment_method, after.payment_reference) == ("COMPLETED", "UPI", "UTR 42")
    assert after.received_by == receptionist
    assert AuditLog.objects.filter(entity="Invoice", action="UPDATE").count() == 1
    receipt = desk.get(answers[0].url).content.decode()
    assert f"Receipt {invoice.number}" in receipt
    assert "₹600.00 received from" in receipt


@pytest.mark.parametrize(
    ("field", "value"), [("payment_method", "BARTER"), ("payment_method", ""), ("payment_reference", "x" * 81)]
)
def test_a_bad_payment_is_refused_beside_the_field(desk, invoice, field, value):
    page = desk.post(url("invoice_pay", invoice), payment(**{field: value}))
    assert page.status_code == 422
    assert page.context["form"].errors.keys() == {field}
    assert Invoice.objects.get().payment_status == "PENDING"


def test_a_token_of_another_form_is_refused(desk, invoice):
    other = InvoiceFactory()
    typed = payment()
    desk.post(url("invoice_pay", invoice), typed)
    assert desk.post(url("invoice_pay", other), typed).status_code == 400
    assert Invoice.objects.get(pk=other.pk).payment_status == "PENDING"


def test_a_paid_invoice_is_paid_back_once(desk, paid):
    assert "Pay back" in desk.get(url("invoice_refund", paid)).content.decode()
    assert Invoice.objects.get().payment_status == "COMPLETED"
    typed = yes()
    assert {desk.post(url("invoice_refund", paid), typed).status_code for _n in range(3)} == {302}
    assert Invoice.objects.get().payment_status == "REFUNDED"
    assert desk.post(url("invoice_refund", paid), yes()).status_code == 422
    assert "was paid back" in desk.get(url("invoice_detail", paid)).content.decode()


def test_an_open_invoice_is_not_paid_back(desk, invoice):
    assert desk.get(url("invoice_refund", invoice)).url == url("invoice_detail", invoice)
    assert desk.post(url("invoice_refund", invoice), yes()).status_code == 422


def test_an_invoice_is_archived_and_leaves_the_list(desk, client_of, invoice):
    assert desk.post(url("invoice_archive", invoice), yes()).status_code == 302
    assert on(desk.get(LIST)) == []
    assert desk.get(url("invoice_detail", invoice)).status_code == 200
    assert client_of(invoice.patient.user).get(url("invoice_detail", invoice)).status_code == 404
    assert desk.post(url("invoice_pay", invoice), payment()).status_code == 422
    assert desk.get(url("invoice_pay", invoice)).url == url("invoice_detail", invoice)


# ── who may ─────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("who", ["admin", "doctor", "patient"])
def test_only_the_desk_changes_invoices(request, client_of, who, invoice):
    person = request.getfixturevalue(who)
    client = client_of(getattr(person, "user", person))
    for name in ACTIONS:
        assert client.get(url(name, invoice)).status_code == 403
        assert client.post(url(name, invoice), edit_of(invoice) | payment()).status_code == 403
    assert client.get(url("invoice_create", invoice.patient)).status_code == 403
    assert client.post(url("invoice_create", invoice.patient), new_invoice()).status_code == 403
    assert Invoice.objects.get().version == invoice.version


@pytest.mark.parametrize("name", ["invoice_detail", "invoice_create", *ACTIONS])
def test_forged_and_unknown_ids_are_not_found(desk, invoice, name):
    for pk in (new_id(), "0", "x" * 200):
        address = reverse(f"billing:{name}", args=[pk])
        assert desk.get(address).status_code == 404
        if name != "invoice_detail":
            assert desk.post(address, new_invoice()).status_code == 404


def test_opening_a_bill_is_recorded(desk, invoice, receptionist):
    desk.get(url("invoice_detail", invoice))
    entry = AuditLog.objects.get(action="VIEW")
    assert (entry.user_id, entry.patient_id) == (receptionist.pk, invoice.patient_id)


def test_a_patient_reads_how_to_pay_and_gets_no_buttons(client_of, invoice):
    page = client_of(invoice.patient.user).get(url("invoice_detail", invoice)).content.decode()
    assert "at the front desk" in page
    assert url("invoice_pay", invoice) not in page
    assert url("invoice_archive", invoice) not in page


def test_an_amount_that_was_changed_meanwhile_is_not_taken(client_of, receptionist, invoice):
    client = client_of(receptionist)
    shown = client.get(url("invoice_pay", invoice)).context["form"].initial["amount"]
    services.change_invoice(
        actor=receptionist, invoice=invoice, amount=900, description=invoice.description, due_date=invoice.due_date
    )
    response = client.post(url("invoice_pay", invoice), payment(amount=shown))
    assert response.status_code == 422
    assert "changed meanwhile" in response.content.decode()
    invoice.refresh_from_db()
    assert invoice.payment_status == "PENDING"
