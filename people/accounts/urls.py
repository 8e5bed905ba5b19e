"""Routes of accounts: the library's views that are wanted, by the names under which it looks for them; no others."""

from django.urls import path, re_path

from people.accounts import sign_on, views

urlpatterns = [
    path("", views.account, name="your_account"),
    path("sessions/end/", views.end_sessions, name="account_end_sessions"),
    path("login/", views.SignIn.as_view(), name="account_login"),
    path("sign-on/", sign_on.begin, name="openid_connect_login"),
    path("sign-on/back/", sign_on.back, name="openid_connect_callback"),
    path("logout/", views.SignOut.as_view(), name="account_logout"),
    path("reauthenticate/", views.ShowItIsYou.as_view(), name="account_reauthenticate"),
    path("password/change/", views.ChangePassword.as_view(), name="account_change_password"),
    path("password/reset/", views.ForgottenPassword.as_view(), name="account_reset_password"),
    path("password/reset/done/", views.LinkAskedFor.as_view(), name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[-:\w]+)/$",
        views.NewPassword.as_view(),
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", views.PasswordSet.as_view(), name="account_reset_password_from_key_done"),
    path("2fa/authenticate/", views.Code.as_view(), name="mfa_authenticate"),
    path("2fa/reauthenticate/", views.CodeAgain.as_view(), name="mfa_reauthenticate"),
    path("2fa/first/", views.factor_first, name="account_factor_first"),
    path("2fa/app/add/", views.AddApp.as_view(), name="mfa_activate_totp"),
    path("2fa/app/remove/", views.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("2fa/passkeys/add/", views.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("2fa/passkeys/<int:pk>/remove/", views.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("2fa/passkeys/reauthenticate/", views.PasskeyAgain.as_view(), name="mfa_reauthenticate_webauthn"),
    path("2fa/recovery-codes/", views.RecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/new/", views.NewRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"),
]
