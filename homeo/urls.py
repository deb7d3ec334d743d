"""Addresses of Homeo: one namespace for each app."""

from django.contrib import admin
from django.urls import include, path

from clinical.views.documents import PrescriptionCheckView

urlpatterns = [
    path("", include("homeo.dashboards.urls")),
    path("accounts/", include("accounts.auth_urls")),
    path("accounts/", include("accounts.urls")),
    path("patients/", include("patients.urls")),
    path("scheduling/", include("scheduling.urls")),
    path("clinical/", include("clinical.urls")),
    # Short: it is typed from paper.
    path("rx/<str:code>/", PrescriptionCheckView.as_view(), name="prescription_check"),
    path("billing/", include("billing.urls")),
    path("admin/", admin.site.urls),
]
