"""Addresses of the accounts app."""

from django.urls import path

from accounts.views import profile, sign_in

app_name = "accounts"

urlpatterns = [
    path("profile/", profile.ProfileView.as_view(), name="profile"),
    path("session/", sign_in.SessionView.as_view(), name="session"),
    path("theme/", profile.ThemeView.as_view(), name="theme"),
]
