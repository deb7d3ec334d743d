"""Documents, the timeline and the calls in the browser: progress of several files, refusals, viewer, search."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from homeo.demo.documents import pdf
from homeo.demo.factories.clinical import ConsultationFactory, FollowUpFactory, PrescriptionItemFactory
from homeo.demo.factories.patients import MedicalRecordFactory, picture
from patients.models import MedicalRecord

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def treated(doctor, patient):
    """A patient whom the doctor treats."""
    ConsultationFactory(doctor=doctor, patient=patient, completed=True)
    return patient


@pytest.fixture
def scans(tmp_path):
    """Files on the doctor's computer: three good ones, one page in disguise, one empty."""
    Image.linear_gradient("L").resize((1600, 1200)).convert("RGB").save(tmp_path / "X-ray_left ankle.jpg")
    contents = {
        "Thyroid profile.pdf": pdf(["Thyroid profile", "TSH 3.9 mIU/L"]),
        "रिपोर्ट.txt": b"TSH 3.9 mIU/L",
        "drawing.png": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "nothing.pdf": b"",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return [tmp_path / "X-ray_left ankle.jpg", *(tmp_path / name for name in contents)]


def test_several_files_are_sent_with_progress_and_bad_ones_are_refused_beside_their_name(
    page_for, doctor, treated, scans, sees, problems
):
    page = page_for(doctor)
    page.goto(reverse("patients:medicalrecord_create", args=[treated.pk]))
    page.locator("[type=file]").set_input_files(scans)
    rows = page.locator(".upload")
    expect(rows).to_have_count(5)
    expect(rows.nth(0).get_by_role("textbox")).to_have_value("X-ray left ankle")
    expect(rows.nth(4).get_by_text("The file is empty.")).to_be_visible()
    rows.nth(0).get_by_role("textbox").fill("Left ankle")
    page.get_by_label("Kind").select_option("x_ray")
    sees(page, "records-chosen")
    page.get_by_role("button", name="Upload").click()
    rows.nth(3).get_by_text("whatever its name says").wait_for()
    expect(page.locator(".upload.is-done")).to_have_count(3)
    expect(rows.nth(0).locator("progress")).to_have_js_property("value", 1)
    problems.remove(next(line for line in problems if line.startswith("422")))
    sees(page, "records-sent")
    rows.nth(4).get_by_role("button").click()
    rows.nth(3).get_by_role("button").click()
    expect(rows).to_have_count(3)
    assert set(MedicalRecord.objects.values_list("title", "file_name")) == {
        ("Left ankle", "X-ray_left ankle.jpg"),
        ("Thyroid profile", "Thyroid profile.pdf"),
        ("रिपोर्ट", "रिपोर्ट.txt"),
    }
    page.get_by_role("link", name="Back to the chart").click()
    page.get_by_role("link", name="Left ankle").wait_for()
    page.wait_for_function("document.querySelector('.doc-face img').naturalWidth > 100")
    expect(page.locator(".doc-face img")).to_have_js_property("complete", True)
    sees(page, "records-tab")


def test_a_file_that_is_cut_off_is_sent_again_and_stored_once(page_for, doctor, treated, scans, problems):
    page = page_for(doctor)
    page.goto(reverse("patients:medicalrecord_create", args=[treated.pk]))
    page.locator("[type=file]").set_input_files(scans[:1])
    page.get_by_label("Kind").select_option("x_ray")
    # The answer gets lost, though the file has arrived.
    page.route("**/documents/new/", lambda route: (route.fetch(), route.abort()))
    page.get_by_role("button", name="Upload").click()
    page.get_by_text("did not reach the clinic’s computer").first.wait_for()
    page.unroute("**/documents/new/")
    page.get_by_role("button", name="Upload").click()
    page.get_by_text("is in the chart of").wait_for()
    assert MedicalRecord.objects.count() == 1


def test_without_javascript_the_good_files_are_kept_and_the_bad_ones_told(page_for, doctor, treated, scans):
    page = page_for(doctor, java_script_enabled=False)
    page.goto(reverse("patients:medicalrecord_create", args=[treated.pk]))
    page.locator("[type=file]").set_input_files(scans)
    page.get_by_label("Kind").select_option("x_ray")
    page.get_by_role("button", name="Upload").click()
    page.get_by_text("3 documents are in the chart").wait_for()
    expect(page.get_by_text("“nothing.pdf”: The file is empty.")).to_be_visible()
    expect(page.get_by_text("“drawing.png”")).to_be_visible()


def test_the_viewer_zooms_archives_and_takes_back(page_for, doctor, treated, sees):
    record = MedicalRecordFactory(
        patient=treated,
        uploaded_by=doctor,
        title="Left ankle",
        content=picture("PNG", (1600, 1200)),
        file_name="ankle.png",
        content_type="image/png",
    )
    page = page_for(doctor)
    page.goto(reverse("patients:medicalrecord_detail", args=[record.pk]))
    image = page.get_by_role("img", name="Left ankle")
    fits = image.bounding_box()["width"]
    sees(page, "viewer-picture")
    page.keyboard.press("+")
    page.get_by_role("button", name="Zoom in").click()
    expect(page.locator("output")).to_have_text("156 %")
    assert image.bounding_box()["width"] == pytest.approx(fits * 1.5625, rel=0.01)
    page.keyboard.press("0")
    expect(page.locator("output")).to_have_text("100 %")
    assert image.bounding_box()["width"] == pytest.approx(fits, rel=0.01)
    page.get_by_role("button", name="Archive").click()
    page.get_by_text("This document is archived").wait_for()
    sees(page, "viewer-archived")
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("is in the chart of").wait_for()
    expect(page.get_by_text("This document is archived")).to_have_count(0)


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_viewer_shows_pdf_tiff_and_text(width, scheme, page_for, doctor, treated, sees):
    kept = {
        "pdf": (pdf(["Thyroid profile", "TSH 3.9 mIU/L"]), "application/pdf"),
        "tif": (picture("TIFF", (900, 300)), "image/tiff"),
        "txt": (b"TSH 3.9 mIU/L\n" * 40, "text/plain"),
        "dcm": (b"", "application/dicom"),
    }
    page = page_for(doctor, width=width, scheme=scheme)
    for ending, (content, kind) in kept.items():
        record = MedicalRecordFactory(
            patient=treated, uploaded_by=doctor, title=f"As {ending}", content=content, content_type=kind
        )
        page.goto(reverse("patients:medicalrecord_detail", args=[record.pk]))
        page.wait_for_load_state("networkidle")
        sees(page, f"viewer-{ending}-{scheme}")
    page.goto(reverse("patients:medicalrecord_create", args=[treated.pk]))
    sees(page, f"records-create-{scheme}")
    page.goto(reverse("patients:patient_detail", args=[treated.pk]) + "?tab=documents")
    sees(page, f"records-tab-{scheme}")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_timeline_is_filtered_searched_and_goes_on(width, scheme, page_for, doctor, treated, sees):
    for day in range(30):
        ConsultationFactory(
            doctor=doctor,
            patient=treated,
            completed=True,
            diagnosis=f"Migraine, visit {day}",
            scheduled_at=timezone.now() - dt.timedelta(days=12 * day + 1),
        )
    PrescriptionItemFactory(prescription__patient=treated, prescription__doctor=doctor)
    MedicalRecordFactory(patient=treated, uploaded_by=doctor, title="Left ankle", drawn="PNG")
    page = page_for(doctor, width=width, scheme=scheme)
    page.goto(reverse("patients:patient_detail", args=[treated.pk]))
    page.wait_for_load_state("networkidle")
    sees(page, f"timeline-{scheme}")
    entries = page.locator(".tl > li")
    expect(entries).to_have_count(15)
    page.get_by_role("link", name="Older").click()
    page.get_by_text("That is everything.").wait_for()
    expect(entries).to_have_count(33)
    page.wait_for_function("document.activeElement.closest('li') !== null")
    page.get_by_label("Search this chart").fill("migr 29")
    page.keyboard.press("Enter")
    page.locator(".tl-note").get_by_text("With “migr 29”.").wait_for()
    expect(page.locator("#live")).to_have_text("With “migr 29”.")
    expect(page.locator("#tl-q")).to_be_focused()
    expect(page).to_have_url(re.compile("search="))
    assert "migr" not in page.url
    expect(entries).to_have_count(1)
    # What is half below the header would be too small to touch.
    page.evaluate("scrollTo(0, 0)")
    sees(page, f"timeline-search-{scheme}")
    page.get_by_role("link", name="Documents", exact=True).last.click()
    page.get_by_text("Nothing found").wait_for()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_desk_works_through_the_calls(width, scheme, page_for, doctor, receptionist, sees):
    today = timezone.localdate()
    for number, days in enumerate((1, 4, 20)):
        FollowUpFactory(
            doctor=doctor,
            patient__user__first_name=["Asha", "Meera", "Leela"][number],
            since_date=today - dt.timedelta(days=60),
            due_date=today - dt.timedelta(days=days),
            unanswered_at=[timezone.now()] * (number == 2),
        )
    page = page_for(receptionist, width=width, scheme=scheme)
    page.goto(reverse("clinical:follow_up_list"))
    sees(page, f"follow-ups-{scheme}")
    page.get_by_role("button", name="Not wanted Asha").click()
    page.get_by_text("does not want to come").wait_for()
    sees(page, f"follow-ups-declined-{scheme}")
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("is on the list again").wait_for()
    page.get_by_role("link", name="Book Asha").click()
    page.get_by_role("heading", name="Book a visit").wait_for()
    page.get_by_text("Asha").first.wait_for()
    expect(page.get_by_label("Doctor")).to_have_value(doctor.pk)
