"""The pages that say what went wrong and how to go on."""

from django.shortcuts import render


def csrf_failure(request, reason=""):
    """Explain that the page was open for too long, or came from elsewhere."""
    return render(request, "403_csrf.html", status=403)
