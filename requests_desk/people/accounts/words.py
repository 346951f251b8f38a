"""The texts of allauth that our screens show: it ships no Vietnamese, so ours stands in our own catalogue."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop

ALLAUTH: Final = (
    gettext_noop("This account is currently inactive."),
    gettext_noop("Please type your current password."),
    gettext_noop("Incorrect code."),
    gettext_noop("Incorrect password."),
    gettext_noop("Invalid or expired key."),
    gettext_noop("Invalid login."),
    gettext_noop("Invalid token."),
    gettext_noop("The password reset token was invalid."),
    gettext_noop("Too many failed login attempts. Try again later."),
    gettext_noop("The username and/or password you specified are not correct."),
    gettext_noop("The new value must be different from the current one."),
    gettext_noop("Be patient, you are sending too many requests."),
    gettext_noop("You must type the same password each time."),
    gettext_noop("You cannot deactivate two-factor authentication."),
    gettext_noop("You cannot generate recovery codes without having two-factor authentication enabled."),
    gettext_noop("Use your password"),
    gettext_noop("Use authenticator app or code"),
    gettext_noop("Use a security key"),
    gettext_noop("Username"),
    gettext_noop("Password"),
    gettext_noop("Password (again)"),
    gettext_noop("Current Password"),
    gettext_noop("New Password"),
    gettext_noop("New Password (again)"),
    gettext_noop("Email"),
    gettext_noop("Code"),
    gettext_noop("Authenticator code"),
    gettext_noop("Passwordless"),
    gettext_noop(
        "Enabling passwordless operation allows you to sign in using just this key, but imposes additional requirements"
        " such as biometrics or PIN protection."
    ),
    gettext_noop("Master key"),
    gettext_noop("Backup key"),
    gettext_noop("Key nr. {number}"),
    gettext_noop("Password successfully changed."),
    gettext_noop("Password successfully set."),
    gettext_noop("A new set of recovery codes has been generated."),
    gettext_noop("Authenticator app activated."),
    gettext_noop("Authenticator app deactivated."),
    gettext_noop("Security key added."),
    gettext_noop("Security key removed."),
)
# What happened to somebody's account, as the mail about it says, by the name allauth gives its own mail.
NOTICES: Final = {
    "account/email/password_changed": gettext_noop("Your password was changed."),
    "account/email/password_set": gettext_noop("Your password was set."),
    "account/email/password_reset": gettext_noop("Your password was set anew by a link sent to this address."),
    "mfa/email/totp_activated": gettext_noop("An authenticator app was added to your account."),
    "mfa/email/totp_deactivated": gettext_noop("The authenticator app was taken off your account."),
    "mfa/email/webauthn_added": gettext_noop("A passkey was added to your account."),
    "mfa/email/webauthn_removed": gettext_noop("A passkey was taken off your account."),
    "mfa/email/recovery_codes_generated": gettext_noop("New recovery codes were made for your account."),
    "socialaccount/email/account_connected": gettext_noop("Your account was joined with single sign-on."),
}
