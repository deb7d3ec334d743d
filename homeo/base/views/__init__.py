"""The one base of our views: who may, which rows, once only, and against which version."""

from homeo.base.views.access import AccessMixin, PublicMixin, ScopedMixin, ScopedObjectMixin
from homeo.base.views.forms import ActionView, OnceFormView, VersionedFormView
from homeo.base.views.lists import ListPageView

__all__ = [
    "AccessMixin",
    "ActionView",
    "ListPageView",
    "OnceFormView",
    "PublicMixin",
    "ScopedMixin",
    "ScopedObjectMixin",
    "VersionedFormView",
]
