"""Addresses of the dashboards."""

from django.urls import path

from homeo.dashboards.views import health

urlpatterns = [
    path("healthz", health.HealthView.as_view(), name="healthz"),
    path("readyz", health.ReadyView.as_view(), name="readyz"),
]
