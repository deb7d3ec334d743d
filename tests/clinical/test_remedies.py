"""The catalogue of remedies: what it holds, how a remedy is found, how the clinic edits it."""

import csv

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import AuditLog
from clinical import catalogue
from clinical.models import Relation, Remedy, RemedyRelation
from clinical.words import words_of
from homeo.base.fields import new_id
from homeo.demo.factories.clinical import PrescriptionItemFactory, RemedyFactory, RemedyRelationFactory
from tests.admin.test_saves import change_url, filled

pytestmark = pytest.mark.django_db


def found(text):
    return [remedy.name for remedy in Remedy.objects.search(text)]


def test_the_catalogue_is_long_enough_and_complete():
    assert Remedy.objects.count() >= 280
    assert Remedy.objects.count() == len(catalogue.remedies())
    assert RemedyRelation.objects.count() == len(catalogue.relations())
    for remedy in Remedy.objects.all():
        remedy.full_clean()
    names = dict(Remedy.objects.values_list("abbreviation", "name"))
    for abbreviation, name in {
        "nux-v.": "Nux vomica",
        "rhus-t.": "Rhus toxicodendron",
        "calc.": "Calcarea carbonica",
        "calc-p.": "Calcarea phosphorica",
        "nat-m.": "Natrum muriaticum",
        "lyc.": "Lycopodium clavatum",
        "ars.": "Arsenicum album",
        "puls.": "Pulsatilla nigricans",
        "sulph.": "Sulphur",
    }.items():
        assert names[abbreviation] == name


def test_the_files_are_in_order():
    with (catalogue.DATA / "remedies.csv").open(encoding="utf-8") as file:
        abbreviations = [row["abbreviation"] for row in csv.DictReader(file)]
    assert abbreviations == sorted(abbreviations, key=lambda abbreviation: abbreviation.rstrip("."))
    assert {row["kind"] for row in catalogue.relations()} == set(Relation.values)


@pytest.mark.parametrize(
    ("one", "other"), [("apis", "rhus-t."), ("caust.", "phos."), ("merc.", "sil."), ("sep.", "lach.")]
)
def test_the_well_known_inimical_pairs_are_there(one, other):
    pair = [Remedy.objects.get(abbreviation=abbreviation).pk for abbreviation in (one, other)]
    touching = [RemedyRelation.objects.touching([pk]).filter(kind="INIMICAL") for pk in pair]
    assert (touching[0] & touching[1]).count() == 1


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("nux-v", "Nux vomica"),
        ("NUX-V.", "Nux vomica"),
        ("nux v", "Nux vomica"),
        ("nuxv", "Nux vomica"),
        ("calc", "Calcarea carbonica"),
        ("apis", "Apis mellifica"),
        ("rhus tox", "Rhus toxicodendron"),
        ("nat mur", "Natrum muriaticum"),
        ("kali bi", "Kali bichromicum"),
        ("muriat", "Muriaticum acidum"),
        ("toxicod", "Rhus toxicodendron"),
        ("honey", "Apis mellifica"),
        ("dandelion", "Taraxacum officinale"),
        ("  Sülph ", "Sulphur"),
        ("sac lac", "Sac lac"),
    ],
)
def test_a_remedy_is_found_by_abbreviation_and_by_any_part_of_a_name(text, first):
    assert found(text)[0] == first


def test_the_exact_abbreviation_comes_first_then_abbreviations_then_names_then_parts():
    for abbreviation, name in [
        ("zzt.", "Quintum"),
        ("zzt-b.", "Quartum"),
        ("qa.", "Zzt primum"),
        ("qb.", "Alba zztalis"),
        ("qc.", "Alba azzta"),
    ]:
        RemedyFactory(abbreviation=abbreviation, name=name)
    assert found("zzt") == ["Quintum", "Quartum", "Zzt primum", "Alba zztalis", "Alba azzta"]


def test_ligatures_and_accents_are_folded():
    RemedyFactory(abbreviation="pæ.", name="Pæonia œnanthe")
    assert found("paeonia oen")[0] == "Pæonia œnanthe"
    assert found("pæonia")[:2]
    assert words_of("Diarrhœa, Ärzte-Blatt ’n") == ["diarrhoea", "arzte", "blatt", "n"]


@pytest.mark.parametrize("text", ["", "  ", ".*", "((", "\\", "%", "_", "'; zzz", "x" * 500])
def test_odd_words_find_nothing_and_break_nothing(text):
    assert found(text) == []


def test_what_a_written_remedy_means():
    meant = Remedy.objects.meant(
        [
            "nux-v",
            "RHUS TOX",
            "nat mur",
            "natrum",
            "Sepia",
            "belladonna",
            "sac lac",
            "Ginger tea",
            "",
            "?",
            "Calendula ointment",
        ]
    )
    assert {text: remedy.name for text, remedy in meant.items()} == {
        "nux-v": "Nux vomica",
        "RHUS TOX": "Rhus toxicodendron",
        "nat mur": "Natrum muriaticum",
        "Sepia": "Sepia officinalis",
        "belladonna": "Belladonna",
        "sac lac": "Sac lac",
    }


def test_many_written_remedies_cost_two_questions(django_assert_num_queries):
    with django_assert_num_queries(1):
        Remedy.objects.meant(["nux-v", "sep", "apis"] * 10)
    with django_assert_num_queries(2):
        Remedy.objects.meant(["nux-v", "rhus tox", "nat mur", "unknown one", "unknown two"])


@pytest.mark.parametrize(
    "values",
    [
        {"abbreviation": "NUX-V.", "name": "Other"},
        {"abbreviation": "other.", "name": "nux VOMICA"},
        {"abbreviation": "other.", "name": "Other", "days_of_action": 0},
    ],
)
def test_a_remedy_is_there_once(values):
    with pytest.raises(ValidationError):
        Remedy(**values).full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        Remedy(**values).save()


def test_a_relation_is_between_two_remedies_and_there_once():
    relation = RemedyRelationFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        RemedyRelationFactory(remedy=relation.remedy, other=relation.other)
    with pytest.raises(IntegrityError), transaction.atomic():
        RemedyRelationFactory(remedy=relation.remedy, other=relation.remedy)


def test_only_those_who_prescribe_and_the_admin_have_the_catalogue(admin, doctor, receptionist, patient):
    for person, sees in {admin: True, doctor: True, receptionist: False, patient.user: False}.items():
        assert Remedy.objects.for_user(person).exists() is sees
        assert RemedyRelation.objects.for_user(person).exists() is sees


def test_the_admin_adds_corrects_and_withdraws_a_remedy(admin, client_of):
    client = client_of(admin)
    values = {"abbreviation": "nov-r.", "name": "Novum remedium", "common_name": "", "days_of_action": "20"}
    data = values | {"form_token": new_id(), "is_active": "on"}
    url = reverse("admin:clinical_remedy_add")
    assert [client.post(url, data).status_code for _time in range(2)] == [302, 302]
    remedy = Remedy.objects.get(abbreviation="nov-r.")
    assert remedy.acts_for == 20
    assert client.post(url, data | {"form_token": new_id(), "abbreviation": "NUX-V."}).status_code == 422

    page = change_url(remedy)
    assert client.post(page, filled(client, page, name="Novum remedium verum", is_active="")).status_code == 302
    remedy.refresh_from_db()
    assert (remedy.name, remedy.is_active) == ("Novum remedium verum", False)
    assert remedy.history.count() == 2
    entry = AuditLog.objects.filter(entity="Remedy", action="UPDATE").get()
    assert entry.changes["name"] == {"old": "Novum remedium", "new": "Novum remedium verum"}
    history = client.get(reverse("admin:clinical_remedy_history", args=[remedy.pk])).content.decode()
    assert "Novum remedium verum" in history

    PrescriptionItemFactory(remedy=remedy)
    assert client.post(reverse("admin:clinical_remedy_delete", args=[remedy.pk]), {"post": "yes"}).status_code == 403


def test_the_admin_searches_and_filters_the_catalogue(admin, client_of):
    client = client_of(admin)
    url = reverse("admin:clinical_remedy_changelist")
    page = client.post(url, {"q": "nux-v"}, follow=True)
    assert [remedy.name for remedy in page.context["cl"].result_list] == ["Nux vomica"]
    assert "nux" not in page.redirect_chain[-1][0]
    page = client.get(url, {"placebo": "yes"})
    assert [remedy.name for remedy in page.context["cl"].result_list] == ["Sac lac"]
    assert client.get(url, {"placebo": "no"}).context["cl"].result_count == Remedy.objects.count() - 1


def test_the_admin_adds_a_relation_and_takes_it_out_of_use(admin, client_of):
    one, other = RemedyFactory(), RemedyFactory()
    client = client_of(admin)
    data = {"form_token": new_id(), "remedy": one.pk, "kind": "INIMICAL", "other": other.pk, "is_active": "on"}
    url = reverse("admin:clinical_remedyrelation_add")
    assert client.post(url, data).status_code == 302
    assert client.post(url, data | {"form_token": new_id()}).status_code == 422
    relation = RemedyRelation.objects.get(remedy=one)
    page = change_url(relation)
    assert client.post(page, filled(client, page, is_active="")).status_code == 302
    assert not RemedyRelation.objects.touching([one.pk]).exists()
