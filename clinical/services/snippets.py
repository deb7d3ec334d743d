"""Texts and templates that a doctor keeps."""

from django.db import transaction

from accounts.models import User
from clinical.models import Snippet


@transaction.atomic
def save_snippet(*, actor: User, snippet: Snippet | None = None, **values) -> Snippet:
    """Keep a text or a template of the actor's, new or changed."""
    if snippet is None:
        snippet = Snippet(doctor=actor)
    else:
        snippet = Snippet.objects.for_user(actor).select_for_update(no_key=True).get(pk=snippet.pk)
    for name, value in values.items():
        setattr(snippet, name, value)
    snippet.full_clean()
    snippet.save()
    return snippet


@transaction.atomic
def remove_snippet(*, actor: User, snippet: Snippet) -> None:
    """Take a text or template away; its history stays."""
    Snippet.objects.for_user(actor).select_for_update(no_key=True).get(pk=snippet.pk).delete()
