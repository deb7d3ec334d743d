"""What the tests of the waiting list share."""

import re

from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from scheduling import services


def work_off():
    """Do what the worker would do with the mails that are due."""
    for job in ProcrastinateJob.objects.filter(task_name=services.SEND_OFFER).order_by("id"):
        services.send_offer(**job.args)


def url_of(offer):
    """Return the address at which somebody answers the offer."""
    return reverse("scheduling:offer_accept", args=[offer.key])


def text_of(response):
    """Return the page with every run of white space as one space."""
    return re.sub(r"\s+", " ", response.content.decode())
