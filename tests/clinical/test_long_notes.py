"""A note that is filled to its limits, in the letters that take the most room: nothing about it is too long."""

import random
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from clinical.case import PARTS
from clinical.models import Complaint, SignedNote
from clinical.sheet import ROWS_MAX, TEXTS
from homeo.base.fields import TEXT_MAX_LENGTH

pytestmark = pytest.mark.django_db

LETTERS = {"Devanagari": "कखगघचछजझटठडढतथदध", "rare": "".join(map(chr, range(0x20000, 0x22000)))}
ENCODED = "application/x-www-form-urlencoded"


@pytest.fixture(params=LETTERS)
def full(request):
    """The form of a note in which every text is as long as it may be, in words with a hyphen."""
    chance = random.Random(1)

    def text(length):
        parts = ["".join(chance.choices(LETTERS[request.param], k=3)) for _ in range(length // 4)]
        return " ".join(map("-".join, zip(parts[::2], parts[1::2], strict=False)))

    form = {name: text(TEXT_MAX_LENGTH) for name in TEXTS}
    form |= {name: text(part.most) for name, part in PARTS.items() if part.choices is None}
    form |= {"layout": "FIRST", "complaint-TOTAL_FORMS": ROWS_MAX, "complaint-INITIAL_FORMS": "0"}
    for row in range(ROWS_MAX):
        for name in Complaint.TEXTS:
            form[f"complaint-{row}-{name}"] = text(Complaint._meta.get_field(name).max_length)
    return form


def test_a_note_may_be_filled_to_its_limits(full, at_work, consultation):
    def address(name):
        return reverse(f"clinical:{name}", args=[consultation.pk])

    page = at_work.get(address("consultation_update"))
    sent = urlencode(full | page.context["tokens"] | {"version": page.context["form"]["version"].value()})
    assert at_work.post(address("note_draft"), sent, content_type=ENCODED).json()["saved"]
    signed = at_work.post(address("consultation_update"), f"{sent}&complete=1", content_type=ENCODED)
    assert signed.status_code == 302
    shown = at_work.get(address("consultation_detail")).content.decode()
    assert full["notes"] in shown
    assert full["complaint-19-own_words"] in shown
    assert SignedNote.objects.get().consultation == consultation
    chart = reverse("patients:patient_detail", args=[consultation.patient_id])
    found = at_work.post(chart, {"q": full["complaints"][:7]}, follow=True)
    assert [entry.icon for entry in found.context["stream"].entries] == ["stethoscope"]
