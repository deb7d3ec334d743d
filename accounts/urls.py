"""Addresses of the accounts app."""

from django.urls import path

from accounts.views import profile

app_name = "accounts"

urlpatterns = [
    path("profile/", profile.ProfileView.as_view(), name="profile"),
    path("theme/", profile.ThemeView.as_view(), name="theme"),
]
