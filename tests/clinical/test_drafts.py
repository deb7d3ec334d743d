"""Drafts: kept every few seconds, told where two windows differ, merged, gone once the note is saved."""

import datetime as dt
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditLog
from clinical import services
from clinical.models import Consultation, NoteDraft
from homeo.base.fields import new_id
from homeo.demo.factories.clinical import ConsultationFactory
from homeo.demo.factories.scheduling import DoctorFactory
from tests.clinical.windows import Window

pytestmark = pytest.mark.django_db


@pytest.fixture
def window(at_work, consultation):
    return lambda: Window(at_work, consultation)


def test_a_draft_comes_back_with_the_page_and_goes_with_the_save(window, consultation):
    one = window()
    assert one.draft(complaints="Half a sen")["elsewhere"] == ""
    one.draft(complaints="Half a sentence")
    assert NoteDraft.objects.count() == 1
    consultation.refresh_from_db()
    assert consultation.complaints == ""

    again = window()
    assert again.shows("complaints") == "Half a sentence"
    assert again.page.context["restored"]
    again.draft(complaints="Half a sentence more")
    assert NoteDraft.objects.get().window == again.tokens["window"]
    assert again.save(complaints="A whole sentence").status_code == 302
    consultation.refresh_from_db()
    assert consultation.complaints == "A whole sentence"
    assert not NoteDraft.objects.exists()


def test_a_draft_is_cheap_and_leaves_neither_history_nor_audit(window, consultation, django_assert_num_queries):
    one = window()
    one.draft(complaints="A")
    entries, versions = AuditLog.objects.count(), consultation.history.count()
    with django_assert_num_queries(4):
        one.draft(complaints="Ab")
    assert (AuditLog.objects.count(), consultation.history.count()) == (entries, versions)
    one.save(complaints="Abc")
    assert AuditLog.objects.filter(entity="Consultation", action="UPDATE").count() == 1
    assert consultation.history.count() == versions + 1


def test_two_windows_are_told_at_the_next_draft_and_merge(window, consultation):
    one, other = window(), window()
    one.draft(complaints="From the first", notes="Same")
    told = other.draft(complaints="From the second", notes="Same", diagnosis="Migraine")
    assert told["kind"] == "CHANGED"
    assert NoteDraft.objects.count() == 2

    refused = other.save(complaints="From the second", notes="Same", diagnosis="Migraine")
    assert refused.status_code == 409
    differences = {d.key: (d.mine, d.theirs, d.proposed) for d in refused.context["conflict"]["differences"]}
    assert differences == {
        "complaints": ("From the second", "From the first", "both"),
        "diagnosis": ("Migraine", "", "mine"),
    }
    theirs = refused.context["conflict"]["theirs"]
    merged = other.save(
        complaints="From the second",
        notes="Same",
        diagnosis="Migraine",
        merge="1",
        theirs=theirs,
        **{"keep:complaints": "both", "keep:diagnosis": "mine"},
    )
    assert merged.status_code == 200
    assert other.shows("complaints") == "From the second\n\nFrom the first"
    assert NoteDraft.objects.get().window == other.tokens["window"]
    assert other.save(complaints=other.shows("complaints"), diagnosis="Migraine", notes="Same").status_code == 302
    consultation.refresh_from_db()
    assert (consultation.complaints, consultation.diagnosis) == ("From the second\n\nFrom the first", "Migraine")


def test_what_a_closed_window_left_is_offered_and_not_overwritten(window):
    one, other = window(), window()
    one.draft(complaints="Left behind")
    other.draft(complaints="Typed later")
    page = window()
    assert page.shows("complaints") == "Typed later"
    assert page.page.context["conflict"]["differences"][0].theirs == "Left behind"
    page.draft(complaints="Typed later still")
    assert {draft.fields["complaints"][0] for draft in NoteDraft.objects.all()} == {"Left behind", "Typed later still"}


def test_a_save_elsewhere_is_told_and_kept_apart(window):
    one, other = window(), window()
    one.save(complaints="Saved")
    assert other.draft(complaints="Not yet")["kind"] == "CHANGED"
    compared = other.save(complaints="Not yet", compare="1")
    assert compared.status_code == 409
    assert compared.context["conflict"]["theirs"] == ""
    assert other.save(complaints="Not yet").status_code == 302


def test_what_is_typed_into_a_signed_note_becomes_an_addendum(window, consultation, at_work):
    one, late = window(), window()
    one.save(complaints="Headache", complete="1")
    assert late.draft(complaints="Headache", notes="And she coughs")["kind"] == "SIGNED"
    page = at_work.get(reverse("clinical:consultation_detail", args=[consultation.pk]))
    draft = page.context["unsaved"]
    path = reverse("clinical:addendum_create", args=[consultation.pk]) + f"?draft={draft.pk}"
    form = at_work.get(path).context["form"]
    assert "And she coughs" in form["text"].value()
    data = {"form_token": form["form_token"].value(), "reason": "Other window", "text": form["text"].value()}
    assert at_work.post(path, data).status_code == 302
    assert not NoteDraft.objects.exists()
    consultation.refresh_from_db()
    assert consultation.notes == ""


@pytest.mark.parametrize("button", ["", "complete", "compare", "merge"])
def test_a_save_after_the_note_was_signed_elsewhere_is_kept_for_an_addendum(window, consultation, at_work, button):
    one, late = window(), window()
    one.save(complaints="Headache", complete="1")
    typed = {"complaints": "Headache", "notes": "And she coughs"} | ({button: "1"} if button else {})
    answer = at_work.post(late.path, late.typed(**typed), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("clinical:consultation_detail", args=[consultation.pk])
    assert "signed in another window" in answer.content.decode()
    assert answer.context["unsaved"].fields["notes"] == ["And she coughs"]
    consultation.refresh_from_db()
    assert consultation.notes == ""


def test_a_second_click_on_sign_is_a_success(window, consultation, at_work):
    one = window()
    for _click in range(2):
        answer = at_work.post(one.path, one.typed(complaints="Headache", complete="1"), follow=True)
        assert "is signed and complete" in answer.content.decode()
    assert not NoteDraft.objects.exists()


def test_a_draft_keeps_only_what_belongs_to_the_form(window):
    window().draft(complaints="A", password="secret", **{"complaint-TOTAL_FORMS": "1", "complaint-0-evil": "x"})
    kept = NoteDraft.objects.get().fields
    assert kept["complaints"] == ["A"]
    assert "secret" not in str(kept)
    assert "evil" not in str(kept)


def test_drafts_of_others_are_out_of_reach(window, consultation, patient, client_of, receptionist, admin):
    window().draft(complaints="Mine")
    colleague = DoctorFactory().user
    ConsultationFactory(doctor=colleague, patient=patient, completed=True)
    data = {"window": new_id(), "version": consultation.version, "complaints": "Theirs"}
    path = reverse("clinical:note_draft", args=[consultation.pk])
    table = {colleague: 404, DoctorFactory().user: 404, receptionist: 403, admin: 403, patient.user: 403}
    for person, status in table.items():
        assert client_of(person).post(path, data).status_code == status
        assert not NoteDraft.objects.for_user(person).exists()
    assert NoteDraft.objects.get().fields["complaints"] == ["Mine"]


def test_a_draft_of_a_note_that_is_not_written_is_refused(window, at_work, doctor, patient):
    for status in ("SCHEDULED", "CANCELLED", "NO_SHOW"):
        path = reverse(
            "clinical:note_draft", args=[ConsultationFactory(doctor=doctor, patient=patient, status=status).pk]
        )
        assert at_work.post(path, {"window": new_id(), "complaints": "A"}).status_code == 404
    assert at_work.post(path, {"window": "short"}).status_code == 400


def test_forged_tokens_lose_nothing(window, consultation):
    one, other = window(), window()
    one.draft(complaints="Safe")
    for seen in ("", "x" * 200, "9999-12-31", "2026-13-45T00:00:00Z"):
        other.tokens |= {"seen": seen, "adopted": NoteDraft.objects.get(window=one.tokens["window"]).pk}
        other.draft(complaints="Typed")
        assert NoteDraft.objects.filter(window=one.tokens["window"]).exists()


def test_the_cheap_way_to_ones_own_notes_is_no_wider_than_the_usual_one(doctor, patient, at_work):
    now = timezone.now()
    for days in (0, 600, 729, 740, 3000):
        ConsultationFactory(doctor=doctor, patient=patient, scheduled_at=now - dt.timedelta(days=days))
    cheap = set(Consultation.objects.being_written_by(doctor))
    usual = Consultation.objects.for_user(doctor).written_by(doctor).of_patients_of(doctor)
    assert cheap <= set(usual)
    assert len(cheap) == 3


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_once_one_wins_and_the_other_is_told(doctor, patient, client_of):
    for _round in range(4):
        consultation = ConsultationFactory(doctor=doctor, patient=patient, complaints="")
        windows = [Window(client_of(doctor), consultation) for _n in range(2)]
        barrier, statuses = Barrier(2), []

        def save(number, windows=windows, barrier=barrier, statuses=statuses):
            barrier.wait()
            answer = windows[number].client.post(
                windows[number].path, windows[number].typed(complaints=f"Text {number}")
            )
            statuses.append((answer.status_code, number))
            connection.close()

        threads = [Thread(target=save, args=[number]) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(status for status, _n in statuses) == [302, 409]
        winner = next(number for status, number in statuses if status == 302)
        consultation.refresh_from_db()
        assert consultation.complaints == f"Text {winner}"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_drafts_at_once_are_all_kept_and_told(doctor, patient):
    consultation = ConsultationFactory(doctor=doctor, patient=patient, complaints="")
    consultation.refresh_from_db()
    seen, barrier = timezone.now().isoformat(), Barrier(6)
    windows = [new_id() for _n in range(6)]

    def keep(window, wait):
        if wait:
            barrier.wait()
        kept = services.keep_draft(
            actor=doctor, consultation_id=consultation.pk, window=window, version=consultation.version, seen=seen,
            adopted="", fields={"complaints": [window]},
        )  # fmt: skip
        connection.close()
        return kept

    threads = [Thread(target=keep, args=[window, True]) for window in windows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(NoteDraft.objects.values_list("window", flat=True)) == set(windows)
    assert {keep(window, False).elsewhere for window in windows} == {"CHANGED"}
