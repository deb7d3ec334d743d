"""Addresses of the patients app."""

from django.urls import path

app_name = "patients"

urlpatterns: list[path] = []
