"""Addresses of Homeo: one namespace for each app."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("homeo.dashboards.urls")),
    path("accounts/", include("accounts.auth_urls")),
    path("accounts/", include("accounts.urls")),
    path("patients/", include("patients.urls")),
    path("scheduling/", include("scheduling.urls")),
    path("clinical/", include("clinical.urls")),
    path("billing/", include("billing.urls")),
    path("admin/", admin.site.urls),
]
