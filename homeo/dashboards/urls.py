"""Addresses of the dashboards."""

from django.urls import path

from homeo.dashboards.views import audit, day, day_list, health, home, search

urlpatterns = [
    path("", home.HomeView.as_view(), name="home"),
    path("day/", day.DayView.as_view(), name="day"),
    path("day/doctors/", day.DoctorChoiceView.as_view(), name="day_doctors"),
    path("day/list/", day_list.DayListView.as_view(), name="day_list"),
    path("week/", day.WeekView.as_view(), name="week"),
    path("search/", search.SearchBoxView.as_view(), name="search_box"),
    path("audit/", audit.AuditLogListView.as_view(), name="auditlog_list"),
    path("accesses/", audit.AccessListView.as_view(), name="access_list"),
    path("healthz", health.HealthView.as_view(), name="healthz"),
    path("readyz", health.ReadyView.as_view(), name="readyz"),
]
