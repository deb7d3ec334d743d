"""Addresses of the clinical app."""

from django.urls import path

app_name = "clinical"

urlpatterns: list[path] = []
