"""What an admin saves: through the services, once, against the version that was seen, and written in the audit log."""

import datetime as dt

import pytest
from django.core import mail
from django.urls import reverse

from accounts import services
from accounts.models import AuditLog, Status, User
from homeo.base.fields import new_id
from homeo.base.models import Submission
from homeo.demo.factories.accounts import UserFactory

ADD_USER = "admin:accounts_user_add"


def change_url(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def filled(client, url, **values):
    """Return what the form at `url` would send, with `values` typed into it."""
    page = client.get(url)
    form = page.context["adminform"].form
    data = {name: form[name].value() for name in form.fields}
    for inline in page.context["inline_admin_formsets"]:
        for part in [inline.formset.management_form, *inline.formset.forms]:
            data |= {part.add_prefix(name): part[name].value() for name in part.fields}
    return {name: value for name, value in (data | values).items() if value is not None and value is not False}


def new_account(**values):
    return {
        "form_token": new_id(),
        "email": "new@homeo.example",
        "first_name": "Noor",
        "last_name": "Ali",
        "phone": "",
        "role": "RECEPTIONIST",
    } | values


@pytest.fixture
def client(admin, client_of):
    return client_of(admin)


def test_an_account_is_made_and_invited(client, admin, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse(ADD_USER), new_account())
    user = User.objects.get(email="new@homeo.example")
    assert response.status_code == 302
    assert not user.has_usable_password()
    assert [message.to for message in mail.outbox] == [["new@homeo.example"]]
    entry = AuditLog.objects.get(entity="User", entity_id=user.pk)
    assert (entry.action, entry.user, entry.changes["role"]["new"]) == ("CREATE", admin, "RECEPTIONIST")


def test_a_generated_address_is_not_shown_and_is_kept(client):
    user = UserFactory(email=services.generated_email(), first_name="Ishaan")
    page = client.get(change_url(user)).content.decode() + client.get("/admin/accounts/user/").content.decode()
    assert ".invalid" not in page
    assert "no e-mail" in page
    assert client.post(change_url(user), filled(client, change_url(user), first_name="Ishan")).status_code == 302
    stored = User.objects.get(pk=user.pk)
    assert (stored.first_name, stored.email) == ("Ishan", user.email)
    client.post(change_url(user), filled(client, change_url(user), email="ishan@homeo.example"))
    assert User.objects.get(pk=user.pk).email == "ishan@homeo.example"


def test_an_account_without_email_is_not_invited(client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse(ADD_USER), new_account(email=""))
    assert not User.objects.get(first_name="Noor").has_email
    assert mail.outbox == []


def test_the_same_form_sent_twice_makes_one_account(client):
    data = new_account()
    first, second = client.post(reverse(ADD_USER), data), client.post(reverse(ADD_USER), data)
    assert (first.status_code, first.url) == (second.status_code, second.url)
    assert User.objects.filter(first_name="Noor").count() == 1


def test_a_token_holds_for_one_form_of_one_person(client, client_of):
    from homeo.demo.factories.accounts import AdminFactory

    data = new_account()
    client.post(reverse(ADD_USER), data)
    other = client_of(AdminFactory())
    assert other.post(reverse(ADD_USER), data | {"email": "b@homeo.example"}).status_code == 400
    assert client.post(reverse(ADD_USER), new_account(form_token="short")).status_code == 400


def test_a_refused_form_keeps_its_token_and_what_was_typed(client, doctor):
    data = new_account(email=doctor.email)
    response = client.post(reverse(ADD_USER), data)
    assert response.status_code == 422
    assert "There is already an account" in response.content.decode()
    assert 'value="Noor"' in response.content.decode()
    assert not Submission.objects.filter(pk=data["form_token"]).exists()
    assert client.post(reverse(ADD_USER), data | {"email": "new@homeo.example"}).status_code == 302


@pytest.mark.parametrize("bad", [{"first_name": ""}, {"role": "OWNER"}, {"phone": "9" * 31}, {"email": "no address"}])
def test_bad_accounts_are_refused_beside_the_field(client, bad):
    response = client.post(reverse(ADD_USER), new_account(**bad))
    assert response.status_code == 422
    assert set(response.context["adminform"].form.errors) == set(bad)
    assert not User.objects.filter(last_name="Ali").exists()


def test_role_and_status_of_others_change_and_end_their_sessions(client, receptionist, client_of):
    theirs = client_of(receptionist)
    assert theirs.get(reverse("patients:patient_list")).status_code == 200
    url = change_url(receptionist)
    assert client.post(url, filled(client, url, status=Status.SUSPENDED)).status_code == 302
    receptionist.refresh_from_db()
    assert receptionist.status == Status.SUSPENDED
    assert theirs.get(reverse("patients:patient_list")).status_code == 302


def test_a_profile_keeps_its_role(client, doctor):
    url = change_url(doctor)
    response = client.post(url, filled(client, url, role="RECEPTIONIST", first_name="Other"))
    assert response.status_code == 422
    assert "profile of a doctor" in response.content.decode()
    assert 'value="Other"' in response.content.decode()
    doctor.refresh_from_db()
    assert (doctor.role, doctor.first_name) == ("DOCTOR", "Anjali")


def test_nobody_changes_the_own_role_or_status(client, admin):
    url = change_url(admin)
    assert {"role", "status"}.isdisjoint(client.get(url).context["adminform"].form.fields)
    forged = filled(client, url, first_name="Amal", role="DOCTOR", status="SUSPENDED")
    assert client.post(url, forged).status_code == 302
    admin.refresh_from_db()
    assert (admin.first_name, admin.role, admin.status) == ("Amal", "ADMIN", "ACTIVE")


def test_passwords_are_neither_shown_nor_set(client, receptionist):
    url = change_url(receptionist)
    assert receptionist.password not in client.get(url).content.decode()
    client.post(url, filled(client, url, password="forged", password1="forged"))
    before = receptionist.password
    receptionist.refresh_from_db()
    assert receptionist.password == before


def test_invitations_are_sent_again(client, receptionist):
    from homeo.demo.factories.accounts import UserFactory

    nobody = UserFactory(status=Status.INACTIVE)
    url = reverse("admin:accounts_user_changelist")
    data = {"action": "invite", "index": 0, "_selected_action": [receptionist.pk, nobody.pk]}
    text = client.post(url, data, follow=True).content.decode()
    assert "1 invitation sent." in text
    assert "1 account has no e-mail or is not active." in text
    assert [message.to for message in mail.outbox] == [[receptionist.email]]


def test_a_stale_save_is_refused_and_shown_beside_what_is_stored(client, patient):
    url = change_url(patient)
    data = filled(client, url, city="Mumbai")
    patient.city = "Nashik"
    patient.save()
    response = client.post(url, data)
    text = response.content.decode()
    assert response.status_code == 409
    assert 'value="Mumbai"' in text
    assert "City: Nashik" in text
    patient.refresh_from_db()
    assert patient.city == "Nashik"
    again = response.context["adminform"].form
    assert client.post(url, data | {"version": again["version"].value()}).status_code == 302
    patient.refresh_from_db()
    assert patient.city == "Mumbai"


@pytest.mark.parametrize("version", ["", "yesterday", "2020-01-01T00:00:00+00:00"])
def test_a_forged_version_is_refused(client, patient, version):
    url = change_url(patient)
    assert client.post(url, filled(client, url, city="Mumbai") | {"version": version}).status_code == 409
    patient.refresh_from_db()
    assert patient.city == "Pune"


def test_identity_changes_and_clinical_text_does_not(client, admin, patient):
    url = change_url(patient)
    assert client.post(url, filled(client, url, city="Mumbai", allergies="forged")).status_code == 302
    patient.refresh_from_db()
    assert (patient.city, patient.allergies) == ("Mumbai", "")
    entry = AuditLog.objects.filter(entity="Patient", action="UPDATE").latest("created_at")
    assert (entry.user, entry.patient_id) == (admin, patient.pk)
    assert entry.changes == {"city": {"old": "Pune", "new": "Mumbai"}}


@pytest.mark.parametrize("birth", ["9999-12-31", "1899-12-31", "31.02.2020", "0001-01-01"])
def test_impossible_birthdays_are_refused(client, patient, birth):
    url = change_url(patient)
    response = client.post(url, filled(client, url, date_of_birth=birth))
    assert response.status_code == 422
    assert "date_of_birth" in response.context["adminform"].form.errors


def test_patients_are_archived_and_restored(client, patient):
    url = reverse("admin:patients_patient_changelist")
    for action, is_archived in [("archive", True), ("restore", False)]:
        client.post(url, {"action": action, "index": 0, "_selected_action": [patient.pk]})
        patient.refresh_from_db()
        assert patient.is_archived is is_archived


def test_rows_are_not_copied(client, patient):
    assert client.post(change_url(patient), {"_saveasnew": "1"}).status_code == 400


def test_a_doctor_is_added_once_with_the_hours(client):
    from homeo.demo.factories.accounts import DoctorUserFactory
    from scheduling.models import Doctor

    user = DoctorUserFactory()
    url = reverse("admin:scheduling_doctor_add")
    data = filled(
        client,
        url,
        user=user.pk,
        specialization="Homeopathy",
        license_number="A-1",
        years_experience=3,
        qualifications="BHMS",
        **{
            "availability-0-day_of_week": 1,
            "availability-0-start_time": "09:00",
            "availability-0-end_time": "12:00",
            "availability-0-is_available": "on",
        },
    )
    assert [client.post(url, data).status_code for _time in range(2)] == [302, 302]
    hours = Doctor.objects.get(user=user).availability.get()
    assert (hours.day_of_week, hours.start_time, hours.end_time) == (1, dt.time(9), dt.time(12))


def test_hours_change_and_stale_hours_are_refused(client, doctor):
    url = change_url(doctor.doctor)
    hours = doctor.doctor.availability.order_by("day_of_week")
    data = filled(client, url, **{"availability-0-start_time": "10:00"})
    assert client.post(url, data).status_code == 302
    assert hours[0].start_time == dt.time(10)
    stale = client.post(url, filled(client, url) | {"availability-0-version": data["availability-0-version"]})
    assert stale.status_code == 409
    backwards = client.post(url, filled(client, url, **{"availability-1-end_time": "08:00"}))
    assert backwards.status_code == 422
    assert "must end after they begin" in backwards.content.decode()


def test_visits_outside_the_new_hours_are_told(client, doctor):
    from homeo.demo.factories.scheduling import AppointmentFactory
    from scheduling.models import Weekday

    visit = AppointmentFactory(doctor=doctor)
    place = f"availability-{Weekday.of(visit.appointment_date).value}"
    url = change_url(doctor.doctor)
    typed = {f"{place}-start_time": "14:00"}
    response = client.post(url, filled(client, url, **typed))
    assert response.status_code == 422
    assert "Visits are booked outside these hours" in response.content.decode()
    assert client.post(url, filled(client, url, **typed, keep_outside="on")).status_code == 302


def test_a_visit_is_called_off_restored_and_noted(client, doctor):
    from homeo.demo.factories.scheduling import AppointmentFactory

    visit = AppointmentFactory(doctor=doctor)
    url = change_url(visit)
    assert client.post(url, filled(client, url, status="CANCELLED")).status_code == 422  # no reason
    assert client.post(url, filled(client, url, cancel_reason="Ill")).status_code == 422  # not cancelled
    saved = client.post(url, filled(client, url, status="CANCELLED", cancel_reason="Ill", notes="Called"))
    assert saved.status_code == 302
    visit.refresh_from_db()
    assert (visit.status, visit.cancel_reason, visit.notes) == ("CANCELLED", "Ill", "Called")
    assert client.post(url, filled(client, url, status="CONFIRMED")).status_code == 302
    visit.refresh_from_db()
    assert (visit.status, visit.cancel_reason) == ("CONFIRMED", "")


def test_a_visit_is_not_restored_into_a_taken_slot(client, doctor):
    from homeo.demo.factories.scheduling import AppointmentFactory

    visit = AppointmentFactory(doctor=doctor, status="CANCELLED", cancel_reason="Ill")
    AppointmentFactory(doctor=doctor)
    url = change_url(visit)
    response = client.post(url, filled(client, url, status="CONFIRMED"))
    assert response.status_code == 422
    assert "already has a visit at that time" in response.content.decode()


@pytest.mark.parametrize("status", ["COMPLETED", "RESCHEDULED", "PENDING", "NONSENSE"])
def test_other_states_of_a_visit_are_not_offered(client, doctor, status):
    from homeo.demo.factories.scheduling import AppointmentFactory

    visit = AppointmentFactory(doctor=doctor)
    url = change_url(visit)
    response = client.post(url, filled(client, url, status=status))
    assert response.status_code == 422
    assert "status" in response.context["adminform"].form.errors


def test_time_and_people_of_a_visit_are_not_for_the_admin(client, doctor):
    from homeo.demo.factories.scheduling import AppointmentFactory

    visit = AppointmentFactory(doctor=doctor)
    url = change_url(visit)
    client.post(url, filled(client, url, appointment_time="23:00", duration=1, patient="forged", notes="x"))
    stored = type(visit).objects.get(pk=visit.pk)
    assert (stored.appointment_time, stored.duration, stored.patient_id) == (dt.time(10), 20, visit.patient_id)
