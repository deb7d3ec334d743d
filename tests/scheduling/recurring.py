"""What the tests of recurring visits share."""

import datetime as dt

from django.urls import reverse

from homeo.base.fields import new_id
from scheduling.slots import slot_key

CREATE = reverse("scheduling:series_create")
TEN = dt.time(10)
WEEK = dt.timedelta(weeks=1)


def url_of(name, visit):
    return reverse(f"scheduling:series_{name}", args=[visit.pk])


def address_of(query):
    return f"{CREATE}?" + "&".join(f"{name}={value}" for name, value in query.items())


def fields_of(page, **changed):
    """Return what the browser would send of the page of the dates, some of it changed."""
    form = page.context["form"]
    fields = {"form_token": new_id(), "dates": form.fingerprint}
    for n, (row, _errors) in enumerate(page.context["rows"]):
        key = row.chosen and slot_key(*row.chosen, form.doctor.pk)
        fields[f"take_{n}"] = "keep" if row.is_kept else key or "leave"
    return fields | changed


def rows_of(page):
    return [row for row, _errors in page.context["rows"]]


def errors_of(page):
    return " ".join(str(error) for errors in page.context["rule"].errors.values() for error in errors)
