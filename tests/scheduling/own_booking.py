"""What the tests of self-booking share."""

import datetime as dt

from django.urls import reverse

REQUEST = reverse("scheduling:appointment_request")
LIST = reverse("scheduling:appointment_list")
HTMX = {"HX-Request": "true"}
TEN = dt.time(10)


def set_rules(rules, **values):
    for name, value in values.items():
        setattr(rules, name, value)
    rules.save()


def move_url(visit):
    return reverse("scheduling:appointment_reschedule", args=[visit.pk])


def month_of(answer):
    return answer.context["free"]["month"]


def free_of(answer):
    """Return the number of free times of each day that the page shows."""
    return {day.date: day.free for week in month_of(answer).weeks for day in week.days if day and day.free}


def times_of(answer):
    return [str(offer.slot) for offer in month_of(answer).offers]
