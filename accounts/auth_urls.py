"""Addresses of signing in, under the names that Django and allauth look up."""

from django.urls import path, re_path

from accounts.views import sign_in

urlpatterns = [
    path("login/", sign_in.SignInView.as_view(), name="account_login"),
    path("logout/", sign_in.SignOutView.as_view(), name="account_logout"),
    path("inactive/", sign_in.AccountInactiveView.as_view(), name="account_inactive"),
    path("password/change/", sign_in.PasswordChangeView.as_view(), name="account_change_password"),
    path("password/reset/", sign_in.PasswordResetView.as_view(), name="account_reset_password"),
    path("password/reset/done/", sign_in.PasswordResetDoneView.as_view(), name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        sign_in.PasswordResetFromKeyView.as_view(),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        sign_in.PasswordResetFromKeyDoneView.as_view(),
        name="account_reset_password_from_key_done",
    ),
]
