"""Safe by default: what the environment does not say is never guessed to be safe."""

import ast
import functools
import os
import secrets
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

from config import safety

KEY = secrets.token_urlsafe(64)
FAR = {"EVENHAND_HOSTS": "evenhand.example.org", "EVENHAND_BASE_URL": "https://evenhand.example.org"}
SAFE = {"EVENHAND_SECRET_KEY": KEY, "EVENHAND_PROXIED": "1", **FAR}
# What is unsafe, and the words by which whoever sets it up finds it.
UNSAFE = {
    "debug behind a proxy": ({"EVENHAND_DEBUG": "1"}, "EVENHAND_DEBUG is set beside EVENHAND_PROXIED"),
    "debug for the world": ({"EVENHAND_DEBUG": "1", "EVENHAND_PROXIED": "0"}, "EVENHAND_DEBUG is set, but"),
    "the demo behind a proxy": ({"EVENHAND_DEMO": "1"}, "EVENHAND_DEMO is set beside EVENHAND_PROXIED"),
    "the demo for the world": ({"EVENHAND_DEMO": "1", "EVENHAND_PROXIED": "0"}, "EVENHAND_DEMO is set, but"),
    "no key": ({"EVENHAND_SECRET_KEY": ""}, "EVENHAND_SECRET_KEY is not set"),
    "a key of one letter": ({"EVENHAND_SECRET_KEY": "k"}, "EVENHAND_SECRET_KEY is shorter than 50"),
    "a letter many times": ({"EVENHAND_SECRET_KEY": "k" * 80}, "EVENHAND_SECRET_KEY repeats itself"),
    "a word many times": ({"EVENHAND_SECRET_KEY": "evenhand-" * 20}, "EVENHAND_SECRET_KEY repeats itself"),
    "the development key": ({"EVENHAND_SECRET_KEY": safety.DEVELOPMENT_KEY}, "stands in documentation"),
    "Django's own mark": ({"EVENHAND_SECRET_KEY": "django-insecure-" + KEY}, "stands in documentation"),
    "an old key that is weak": ({"EVENHAND_SECRET_KEY_FALLBACKS": f"{KEY},kkk"}, "FALLBACKS: key 2 is shorter"),
    "every host": ({"EVENHAND_HOSTS": "*"}, "EVENHAND_HOSTS holds “*”"),
    "every host of a domain": ({"EVENHAND_HOSTS": ".example.org"}, "EVENHAND_HOSTS holds “.example.org”"),
    "forms from anywhere": ({"EVENHAND_ORIGINS": "https://*.example.org"}, "EVENHAND_ORIGINS holds"),
    "forms in the open": ({"EVENHAND_ORIGINS": "http://evenhand.example.org"}, "which is not https"),
    "cookies in the open": ({"EVENHAND_PROXIED": "0"}, "EVENHAND_PROXIED is not set"),
    "no proxy's word": ({"EVENHAND_PROXIES": "0"}, "EVENHAND_PROXIES must be 1 or more"),
    "links in the open": ({"EVENHAND_BASE_URL": "http://evenhand.example.org"}, "EVENHAND_BASE_URL is not https"),
    "a password for mail in the open": (
        {"EVENHAND_EMAIL_URL": "smtp://evenhand:secret@mail.example.org:25"},
        "EVENHAND_EMAIL_URL gives a password without TLS",
    ),
    "a contact that leads nowhere": ({"EVENHAND_SECURITY_CONTACT": "the helpdesk"}, "EVENHAND_SECURITY_CONTACT must"),
    "files in the open": ({"EVENHAND_S3_ENDPOINT": "http://s3.example.org"}, "EVENHAND_S3_ENDPOINT is not https"),
    "a queue for everybody": ({"REDIS_URL": "redis://valkey:6379/0"}, "REDIS_URL names another machine"),
}


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in a fresh process with only these variables of ours."""
    private = ("PYTHONPATH", "REDIS_URL", "DATABASE_URL")
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("EVENHAND") and name not in private
    }
    code = (
        "from config import settings as s; "
        "print(s.DEBUG, bool(s.SECRET_KEY), getattr(s, 'SESSION_COOKIE_SECURE', False), 'ops' in s.INSTALLED_APPS, "
        "getattr(s, 'SESSION_COOKIE_NAME', 'plain'), getattr(s, 'CSRF_COOKIE_NAME', 'plain'), "
        "getattr(s, 'ALLAUTH_TRUSTED_PROXY_COUNT', 0), len(s.SECRET_KEY_FALLBACKS), s.REDIS_URL, "
        "s.MAIL_LEAVES, s.EMAIL_BACKEND)"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_secret_key_it_refuses_to_start_and_says_why():
    done = start()
    assert done.returncode != 0
    assert "EVENHAND_SECRET_KEY is not set" in done.stderr


def test_with_a_secret_key_it_starts_without_debug_and_without_the_demo():
    done = start(EVENHAND_SECRET_KEY=KEY)
    assert done.stdout.split()[:4] == ["False", "True", "False", "False"], done.stderr


def test_a_secret_may_come_from_a_file(tmp_path):
    (tmp_path / "key").write_text(KEY + "\n")
    done = start(EVENHAND_SECRET_KEY_FILE=str(tmp_path / "key"))
    assert done.stdout.split()[:2] == ["False", "True"], done.stderr


def test_behind_a_proxy_cookies_travel_only_over_tls():
    """And under a name that a browser takes from nobody else: no neighbour on the domain plants one."""
    done = start(**SAFE)
    assert done.stdout.split()[2] == "True", done.stderr
    assert done.stdout.split()[4:6] == ["__Host-sessionid", "__Host-csrftoken"]


@functools.cache
def refused(unsafe: str) -> str:
    """What the product says with one thing unsafe and all else well; it must not start."""
    done = start(**(SAFE | UNSAFE[unsafe][0]))
    assert done.returncode != 0
    return done.stderr


@pytest.mark.parametrize("unsafe", UNSAFE)
def test_what_is_unsafe_does_not_start_and_says_why(unsafe):
    assert UNSAFE[unsafe][1] in refused(unsafe)
    assert KEY not in refused(unsafe)


def test_every_reason_is_tried():
    """Each sentence for which the product does not start has a row above; a new one asks for its own."""
    said = "\n".join(map(refused, UNSAFE))
    tree = ast.parse(Path(safety.__file__).read_text(encoding="utf-8"))
    for node in (node for node in ast.walk(tree) if isinstance(node, ast.Yield)):
        words = [
            part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)
        ]
        assert max(words, key=len) in said


def test_all_that_is_wrong_is_said_at_once():
    done = start(EVENHAND_HOSTS="*", EVENHAND_DEMO="1", EVENHAND_BASE_URL="http://evenhand.example.org")
    for why in ("EVENHAND_HOSTS holds", "EVENHAND_DEMO is set", "EVENHAND_SECRET_KEY is not set", "is not https"):
        assert why in done.stderr


def test_what_is_safe_starts_with_old_keys_and_several_proxies():
    old = f"{secrets.token_urlsafe(64)}, {secrets.token_hex(32)}"
    queue = {"REDIS_URL": "redis://valkey:6379/0", "REDIS_PASSWORD": "a/b"}
    done = start(**SAFE, **queue, EVENHAND_SECRET_KEY_FALLBACKS=old, EVENHAND_PROXIES="2")
    assert done.stdout.split()[6:9] == ["2", "2", "redis://:a%2Fb@valkey:6379/0"], done.stderr


@pytest.mark.parametrize("name", ["EVENHAND_DEBUG", "EVENHAND_DEMO"])
def test_seed_and_states_are_no_part_of_production(name):
    done = start(EVENHAND_SECRET_KEY=KEY, **{name: "1"})
    assert done.stdout.split()[3] == "True", done.stderr


@pytest.mark.parametrize("mail, leaves, backend", [
    ("", "False", "config.mail.Nowhere"),
    ("filemail:///mail", "False", "django.core.mail.backends.filebased.EmailBackend"),
    ("consolemail://", "False", "django.core.mail.backends.console.EmailBackend"),
    ("smtp+tls://evenhand:secret@mail.example.org:587", "True", "django.core.mail.backends.smtp.EmailBackend"),
])  # fmt: skip
def test_in_production_only_a_mail_server_makes_mail_leave(mail, leaves, backend):
    assert start(**SAFE, EVENHAND_EMAIL_URL=mail).stdout.split()[-2:] == [leaves, backend]


def test_whoever_takes_mail_shows_a_certificate_that_names_them():
    """ASVS 12.3.2: the backend that sends it looks at the certificate and the name in it."""
    asked = EmailBackend(host="mail.example.org", use_tls=True).ssl_context
    assert asked.verify_mode is ssl.CERT_REQUIRED and asked.check_hostname


def test_the_demo_keeps_its_mail_in_files():
    assert start(EVENHAND_SECRET_KEY=KEY, EVENHAND_DEMO="1").stdout.split()[-2:] == ["True", "config.mail.Files"]
