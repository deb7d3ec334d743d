"""Identity and contact of a patient, by the desk, the patient and guardians."""

import pytest
from django.urls import reverse

from accounts.models import AuditLog, User
from homeo.base.fields import new_id
from homeo.demo.factories.accounts import UserFactory
from homeo.demo.factories.patients import GuardianFactory, PatientFactory
from patients.models import Patient
from tests.patients.typed import contact_of, edit_of, guardian_typed, new_patient, url

pytestmark = pytest.mark.django_db

LIST = "/patients/"
NEW = "/patients/new/"
CLINICAL = {"allergies": "Penicillin secret", "chronic_diseases": "Asthma secret", "notes": "Fears secret"}


def guardian_once(**changes) -> dict:
    return {"form_token": new_id()} | guardian_typed(**changes)


@pytest.fixture
def desk(client_of, receptionist):
    return client_of(receptionist)


def test_identity_and_contact_are_changed_in_account_and_profile(desk, patient):
    answer = desk.post(
        url("patient_update", patient), edit_of(patient, first_name="Usha", phone="+91 20 1234", city="Nashik")
    )
    assert answer.url == url("patient_detail", patient)
    patient = Patient.objects.with_account().get(pk=patient.pk)
    assert (patient.user.first_name, patient.user.phone, patient.phone, patient.city) == (
        "Usha",
        "+91 20 1234",
        "+91 20 1234",
        "Nashik",
    )
    changed = AuditLog.objects.filter(action="UPDATE").values_list("entity", "changes")
    assert dict(changed)["Patient"].keys() == {"phone", "city"}
    assert dict(changed)["User"].keys() == {"first_name", "phone"}


def test_a_first_address_is_invited_and_without_it_one_is_made_up(desk, mailoutbox, django_capture_on_commit_callbacks):
    desk.post(NEW, new_patient())
    patient = Patient.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(url("patient_update", patient), edit_of(patient, email="ravi@homeo.example"))
    assert [mail.to for mail in mailoutbox] == [["ravi@homeo.example"]]
    desk.post(url("patient_update", patient), edit_of(patient, email=""))
    user = User.objects.get(pk=patient.user_id)
    assert not user.has_email
    desk.post(url("patient_update", patient), edit_of(patient, city="Thane"))
    assert User.objects.get(pk=user.pk).email == user.email


def test_an_address_of_another_account_is_refused(desk, patient, doctor):
    page = desk.post(url("patient_update", patient), edit_of(patient, email=doctor.email))
    assert page.status_code == 422
    assert page.context["form"].errors.keys() == {"email"}


def test_the_desk_cannot_take_over_the_account_of_staff_who_are_patients(desk, patient):
    user = patient.user
    user.role = "ADMIN"
    user.save()
    page = desk.post(url("patient_update", patient), edit_of(patient, email="mine@homeo.example"))
    assert page.status_code == 422
    assert page.context["form"].errors.keys() == {"email"}
    assert desk.post(url("patient_update", patient), edit_of(patient, city="Thane")).status_code == 302


def test_a_stale_edit_is_refused_and_shows_account_and_profile(desk, admin, client_of, patient):
    typed = edit_of(patient, first_name="Usha", city="Nashik")
    client_of(admin).post(url("patient_update", patient), edit_of(patient, first_name="Nisha", city="Thane"))
    page = desk.post(url("patient_update", patient), typed)
    assert page.status_code == 409
    shown = {str(row["label"]): (row["typed"], row["stored"]) for row in page.context["conflict"]["differences"]}
    assert shown == {"First name": ("Usha", "Nisha"), "City": ("Nashik", "Thane")}
    again = page.context["form"].data.dict()
    assert desk.post(url("patient_update", patient), again).status_code == 302
    assert Patient.objects.with_account().get(pk=patient.pk).user.first_name == "Usha"


def test_a_name_that_the_patient_changed_meanwhile_is_a_conflict_too(desk, client_of, patient):
    typed = edit_of(patient, city="Nashik")
    user = User.objects.get(pk=patient.user_id)
    profile = {"first_name": "Nisha", "last_name": user.last_name, "phone": user.phone, "version": user.version}
    assert client_of(user).post("/accounts/profile/", profile).status_code == 302
    page = desk.post(url("patient_update", patient), typed)
    assert page.status_code == 409
    assert {str(row["label"]) for row in page.context["conflict"]["differences"]} == {"First name", "City"}


def test_the_same_save_twice_is_a_success(desk, patient):
    typed = edit_of(patient, city="Nashik")
    assert [desk.post(url("patient_update", patient), typed).status_code for _n in range(2)] == [302, 302]


@pytest.mark.parametrize("name", ["patient_update", "patient_contact_update", "guardian_create"])
def test_forged_and_unknown_ids_are_not_found(request, client_of, receptionist, patient, name):
    client = client_of(patient.user if name == "patient_contact_update" else receptionist)
    for pk in (new_id(), "0", "x" * 24, "x" * 200, "-"):
        assert client.get(reverse(f"patients:{name}", args=[pk])).status_code == 404


@pytest.mark.parametrize("who", ["doctor", "patient"])
def test_only_desk_and_admins_change_identity(request, client_of, who, patient):
    person = request.getfixturevalue(who)
    client = client_of(getattr(person, "user", person))
    assert client.get(url("patient_update", patient)).status_code == 403
    assert client.post(url("patient_update", patient), edit_of(patient, city="x")).status_code == 403
    assert Patient.objects.get(pk=patient.pk).city == "Pune"


def test_the_desk_never_meets_clinical_text(desk, admin, client_of):
    patient = PatientFactory(**CLINICAL)
    for client in (desk, client_of(admin)):
        for address in (LIST, url("patient_update", patient)):
            page = client.get(address)
            assert page.status_code == 200
            assert "secret" not in page.content.decode()
    desk.post(url("patient_update", patient), edit_of(patient, allergies="none", notes="none", chronic_diseases="none"))
    patient.refresh_from_db()
    assert patient.allergies == CLINICAL["allergies"]
    assert patient.notes == CLINICAL["notes"]


def test_a_patient_changes_the_own_contact_and_nothing_else(client_of, patient):
    forged = {"date_of_birth": "2000-01-01", "gender": "MALE", "allergies": "x", "user": new_id(), "first_name": "x"}
    answer = client_of(patient.user).post(
        url("patient_contact_update", patient), contact_of(patient, city="Nashik", **forged)
    )
    assert answer.status_code == 302
    after = Patient.objects.with_account().get(pk=patient.pk)
    assert after.city == "Nashik"
    assert (after.date_of_birth, after.gender, after.allergies) == (patient.date_of_birth, patient.gender, "")
    assert (after.user_id, after.user.first_name) == (patient.user_id, "Asha")


def test_a_stale_contact_is_refused(client_of, desk, patient):
    typed = contact_of(patient, city="Nashik")
    desk.post(url("patient_update", patient), edit_of(patient, city="Thane"))
    page = client_of(patient.user).post(url("patient_contact_update", patient), typed)
    assert page.status_code == 409
    assert "Thane" in page.content.decode()


def test_a_guardian_reaches_all_wards_and_nobody_else(client_of):
    mother, wards, stranger = UserFactory(), [PatientFactory(), PatientFactory()], PatientFactory()
    for ward in wards:
        GuardianFactory(patient=ward, user=mother)
    client = client_of(mother)
    for ward in wards:
        assert client.get(url("patient_detail", ward)).status_code == 200
        assert client.post(url("patient_contact_update", ward), contact_of(ward, city="Nashik")).status_code == 302
    for name in ("patient_detail", "patient_contact_update"):
        assert client.get(url(name, stranger)).status_code == 404
    assert client.post(url("patient_contact_update", stranger), contact_of(stranger, city="x")).status_code == 404
    assert client_of(wards[0].user).get(url("patient_detail", wards[1])).status_code == 404


def test_a_guardian_is_added_with_and_without_an_account(desk, patient, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.post(url("guardian_create", patient), guardian_once()).url == url("patient_detail", patient)
    other = PatientFactory()
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(url("guardian_create", other), guardian_once(guardian_name=""))
    assert User.objects.get(email="mum@homeo.example").wards.count() == 2
    assert len(mailoutbox) == 1


def test_a_guardian_sent_twelve_times_is_one(desk, patient):
    typed = guardian_once()
    assert {desk.post(url("guardian_create", patient), typed).status_code for _n in range(12)} == {302}
    assert patient.guardians.count() == 1


def test_a_guardian_is_refused_beside_the_field(desk, patient, doctor):
    GuardianFactory(patient=patient, user__email="there@homeo.example")
    for email in ("there@homeo.example", doctor.email, patient.user.email, "", "x@no-email.invalid"):
        page = desk.post(url("guardian_create", patient), guardian_once(guardian_email=email))
        assert page.status_code == 422, email
        assert page.context["form"].errors.keys() == {"guardian_email"}
    assert patient.guardians.count() == 1


@pytest.mark.parametrize("who", ["doctor", "patient"])
def test_only_desk_and_admins_add_guardians(request, client_of, patient, who):
    person = request.getfixturevalue(who)
    client = client_of(getattr(person, "user", person))
    assert client.post(url("guardian_create", patient), guardian_once()).status_code == 403
    assert patient.guardians.count() == 0
