"""What got in by the side goes: addresses that people gave themselves, old sessions, secrets in the clear.

Up to now anybody who was signed in could add an address to their account, or to a colleague's, and set a password by it.
Nobody needs such a row: the address of an account stands on the account. None can be added again, from SQL either.
Everybody signs in anew, because nothing tells a session that was taken over from one that was not.
"""

from django.db import migrations

from people.accounts.factors import Adapter

KEPT = {"totp": "secret", "recovery_codes": "seed"}


def encrypt(apps, schema_editor):
    """Encrypt the secrets of the second factors that were set up before."""
    for one in apps.get_model("mfa", "Authenticator").objects.filter(type__in=KEPT):
        key = KEPT[one.type]
        one.data[key] = Adapter().encrypt(one.data[key])
        one.save(update_fields=["data"])


def decrypt(apps, schema_editor):
    """As they were."""
    for one in apps.get_model("mfa", "Authenticator").objects.filter(type__in=KEPT):
        key = KEPT[one.type]
        one.data[key] = Adapter().decrypt(one.data[key])
        one.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0006_sessions_places_and_wrong_tries"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            """
            DELETE FROM account_emailconfirmation;
            DELETE FROM account_emailaddress;
            DELETE FROM django_session;
            SET CONSTRAINTS ALL IMMEDIATE;
            ALTER TABLE account_emailaddress
                ADD CONSTRAINT the_address_stands_on_the_account CHECK (false);
            """,
            "ALTER TABLE account_emailaddress DROP CONSTRAINT the_address_stands_on_the_account;",
        ),
        migrations.RunPython(encrypt, decrypt),
    ]
