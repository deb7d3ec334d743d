"""The admin in a browser: figures, accounts, and what becomes of the pages of somebody who is shut out."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import User
from homeo.demo.factories.accounts import PASSWORD
from homeo.demo.factories.clinical import ConsultationFactory
from homeo.demo.factories.scheduling import AppointmentFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("morning")]


@pytest.fixture
def office(page_for, admin):
    """The admin's page."""
    return page_for(admin)


def test_figures_of_other_days_and_accounts_are_at_hand(office, doctor, sees):
    AppointmentFactory(doctor=doctor)
    office.goto("/")
    office.get_by_role("heading", level=1).wait_for()
    sees(office, "admin-home")
    office.get_by_role("link", name="Accounts").first.click()
    office.get_by_role("link", name=doctor.get_full_name()).wait_for()
    sees(office, "admin-accounts")
    office.goto("/")
    office.get_by_role("link", name="Tables").first.click()
    office.get_by_role("heading", level=1, name="Tables").wait_for()
    sees(office, "admin-tables")


def test_a_colleague_is_invited(office, mailoutbox, sees):
    office.goto(reverse("admin:accounts_user_add"))
    office.get_by_label("E-mail").fill("noor@homeo.example")
    office.get_by_label("First name").fill("Noor")
    office.get_by_label("Last name").fill("Ñúñez-李")
    office.get_by_label("Role").select_option("RECEPTIONIST")
    sees(office, "admin-new-account")
    office.get_by_role("button", name="Save", exact=True).click()
    office.get_by_text("was added successfully").wait_for()

    assert [message.to for message in mailoutbox] == [["noor@homeo.example"]]
    assert User.objects.get(email="noor@homeo.example").get_full_name() == "Noor Ñúñez-李"


def test_somebody_suspended_is_out_at_the_next_click_and_nothing_is_saved(office, page_for, sign_in, doctor, sees):
    consultation = ConsultationFactory(doctor=doctor, complaints="")
    room = page_for()
    sign_in(room, doctor)
    room.route("**/draft/", lambda route: None)  # it would be refused before the click, or not
    room.goto(reverse("clinical:consultation_update", args=[consultation.pk]))
    room.get_by_label("Complaints").fill("Written too late")
    office.goto(reverse("admin:accounts_user_change", args=[doctor.pk]))
    office.get_by_label("Status").select_option("SUSPENDED")
    office.get_by_role("button", name="Save", exact=True).click()
    office.get_by_text("was changed successfully").wait_for()

    room.get_by_role("button", name="Save", exact=True).click()
    room.get_by_text("Your session had ended").wait_for()
    room.get_by_label("E-mail").fill(doctor.email)
    room.get_by_label("Password", exact=True).fill(PASSWORD)
    room.get_by_role("button", name="Sign in").click()
    room.wait_for_url("**/inactive/")
    sees(room, "doctor-suspended")
    consultation.refresh_from_db()
    assert consultation.complaints == ""
    for path in ("/", reverse("patients:patient_detail", args=[consultation.patient_id])):
        room.goto(path)
        assert "/accounts/login/" in room.url


def test_the_open_board_of_somebody_suspended_goes_away(office, page_for, receptionist, doctor, patient, problems):
    AppointmentFactory(doctor=doctor, patient=patient)
    board = page_for(receptionist)
    board.clock.install()
    board.goto("/")
    receptionist.status = "SUSPENDED"
    receptionist.save()
    board.clock.run_for("00:16")
    board.wait_for_url("**/accounts/login/**")

    # The board's own question, refused, is what the test is about.
    assert all("401" in problem for problem in problems)
    problems.clear()


def test_the_audit_log_is_read_on_a_phone(page_for, admin, patient, client_of, receptionist, sees):
    client_of(receptionist).get(reverse("patients:patient_detail", args=[patient.pk]))
    page = page_for(admin, width=360, scheme="dark")
    page.goto(reverse("auditlog_list"))
    expect(page.get_by_text(patient.name).first).to_be_visible()
    sees(page, "admin-audit-dark")
