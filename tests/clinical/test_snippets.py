"""Snippets and templates: the doctor's own, in every note."""

import json

import pytest
from django.urls import reverse

from clinical.models import Snippet
from homeo.base.fields import new_id
from homeo.demo.factories.clinical import ConsultationFactory, SnippetFactory
from homeo.demo.factories.scheduling import DoctorFactory

pytestmark = pytest.mark.django_db


def path(name, *args):
    return reverse(f"clinical:snippet_{name}", args=[one.pk for one in args])


def test_a_snippet_is_made_changed_put_first_and_taken_away(at_work, doctor):
    data = {"form_token": new_id(), "title": "chilly", "text": "Worse from cold"}
    assert at_work.post(path("create"), data)["Location"] == path("list")
    snippet = Snippet.objects.get()
    assert (snippet.doctor, snippet.title, snippet.is_favourite) == (doctor, "chilly", False)
    assert at_work.post(path("create"), data | {"form_token": new_id()}).status_code == 422

    changed = {"version": snippet.version, "title": "cold", "text": "Worse from cold air"}
    assert at_work.post(path("update", snippet), changed)["Location"] == path("list")
    at_work.post(path("favourite", snippet))
    snippet.refresh_from_db()
    assert (snippet.title, snippet.text, snippet.is_favourite) == ("cold", "Worse from cold air", True)
    at_work.post(path("remove", snippet))
    assert not Snippet.objects.exists()
    assert Snippet.history.filter(history_type="-").exists()


def test_favourites_stand_first_and_templates_not_among_the_texts(at_work, doctor):
    SnippetFactory(doctor=doctor, title="b", is_favourite=True)
    SnippetFactory(doctor=doctor, title="a")
    SnippetFactory(doctor=doctor, title="t", parts={"fields": {"mind": "Calm"}, "rows": []})
    SnippetFactory(title="of another")
    assert [one.title for one in at_work.get(path("menu")).context["object_list"]] == ["b", "a"]
    assert [one.title for one in at_work.get(path("list")).context["object_list"]] == ["b", "a", "t"]


def test_snippets_of_others_do_not_exist(client_of, receptionist, patient, admin):
    snippet = SnippetFactory()
    table = {DoctorFactory().user: 404, receptionist: 403, patient.user: 403, admin: 403}
    for person, status in table.items():
        client = client_of(person)
        data = {"version": snippet.version, "title": "Mine", "text": "Now"}
        for name in ("update", "remove", "favourite"):
            assert client.post(path(name, snippet), data).status_code == status
        assert not Snippet.objects.for_user(person).exists()
    snippet.refresh_from_db()
    assert snippet.title != "Mine"


@pytest.mark.parametrize("many", [1, 50])
def test_a_long_list_costs_what_a_short_one_costs(many, at_work, doctor, django_assert_num_queries):
    SnippetFactory.create_batch(many, doctor=doctor)
    for name, cost in (("list", 4), ("menu", 3)):
        with django_assert_num_queries(cost):
            at_work.get(path(name))


def test_a_note_becomes_a_template_and_fills_another(at_work, doctor, patient, consultation):
    note = {"complaints": "Check-up", "mind": "Calm", "miasm": ["PSORA"], "complaint-TOTAL_FORMS": "1"}
    note |= {"complaint-0-name": "Cough", "complaint-0-id": new_id(), "layout": "FIRST", "response-x-now": "Better"}
    address = reverse("clinical:note_template_create", args=[consultation.pk])
    form = at_work.post(address, note).context["form"]
    kept = form["parts"].value()
    assert "Better" in kept
    data = {"form_token": form["form_token"].value(), "parts": kept, "title": "Check-up"}
    assert at_work.post(address, data).status_code == 302
    template = Snippet.objects.get()
    assert template.is_template
    assert "Better" not in json.dumps(template.parts)
    assert template.parts["rows"][0]["id"] == ""

    other = ConsultationFactory(doctor=doctor, patient=patient, complaints="")
    write = reverse("clinical:consultation_update", args=[other.pk])
    posted = {"version": other.version, "load": template.pk, "complaints": "Already here"}
    shown = at_work.post(write, posted).context["form"]
    assert (shown["complaints"].value(), shown["mind"].value()) == ("Already here", "Calm")
    assert shown.rows.forms[0]["name"].value() == "Cough"
    assert "Fill in “Check-up”" in at_work.get(write).content.decode()
    foreign = SnippetFactory(parts={"fields": {"mind": "Foreign"}, "rows": []})
    assert at_work.post(write, posted | {"load": foreign.pk}).context["form"]["mind"].value() in ("", None)


@pytest.mark.parametrize("parts", ["", "{", "[]", '{"a": 1}', "{}", '{"complaints": ["' + "x" * 100_001 + '"]}'])
def test_a_forged_template_is_refused(parts, at_work, consultation):
    address = reverse("clinical:note_template_create", args=[consultation.pk])
    data = {"form_token": new_id(), "title": "Forged", "parts": parts}
    assert at_work.post(address, data).status_code == 422
    assert not Snippet.objects.exists()


def test_the_list_says_what_each_fills_in(at_work, doctor):
    SnippetFactory(doctor=doctor, title="chilly", text="Chilly,\nworse from cold")
    parts = {"fields": {"examination": "BP:", "thermal": "HOT"}, "rows": [{"name": "Cough"}]}
    SnippetFactory(doctor=doctor, title="Check-up", text="", parts=parts)
    page = at_work.get(reverse("clinical:snippet_list")).content.decode()
    assert "Chilly, · worse from cold" in page
    assert "Cough · BP:" in page
    assert "HOT" not in page
