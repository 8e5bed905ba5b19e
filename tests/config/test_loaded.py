"""Nothing is loaded that nothing uses: installed apps, libraries of production, style sheets, scripts and pictures."""

import functools
import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
STATIC = ROOT / "design" / "static" / "design"
OURS = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()} - {"tests"}
# An app of somebody else's, and the file of ours in which these words need it.
APPS = {
    "django.contrib.auth": ("people/models/user.py", "AbstractBaseUser"),
    "django.contrib.contenttypes": ("people/models/user.py", "PermissionsMixin"),
    "django.contrib.sessions": ("config/middleware.py", "request.session["),
    "django.contrib.messages": ("templates/components/messages.html", "in messages"),
    "django.contrib.staticfiles": ("templates/base.html", "{% static "),
    "django.contrib.postgres": ("people/models/resident.py", "django.contrib.postgres"),
    "pgtrigger": ("letters/models.py", "pgtrigger."),
    "guardian": ("config/settings.py", "guardian.backends"),
    "allauth": ("people/accounts/adapter.py", "allauth.core"),
    "allauth.account": ("design/sign_in.py", "allauth.account"),
    "allauth.mfa": ("people/accounts/views.py", "allauth.mfa"),
    "allauth.socialaccount": ("people/accounts/sign_on.py", "allauth.socialaccount"),
    "allauth.socialaccount.providers.openid_connect": ("people/accounts/sign_on.py", "providers.openid_connect"),
    "csp": ("config/settings.py", "CONTENT_SECURITY_POLICY"),
}
# A library of production that no module of ours imports by name, and the file of ours in which these words need it.
LIBRARIES = {
    "django-guardian": ("config/settings.py", "guardian.backends"),
    "gunicorn": ("Dockerfile", '"gunicorn", "config.wsgi"'),
    "psycopg": ("config/settings.py", "postgres://"),
    "django-storages": ("config/settings.py", "storages.backends.s3"),
    "whitenoise": ("config/settings.py", "whitenoise.storage"),
}


def production() -> list[str]:
    """The names of the libraries that production asks for."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    return [re.split(r"[\[~>=<!]", one)[0] for one in wanted]


distributions = functools.cache(importlib.metadata.packages_distributions)


@functools.cache
def imported() -> set[str]:
    """The first names of all that the product's modules import."""
    code = [path for room in OURS - {"ops"} for path in (ROOT / room).rglob("*.py")]
    found: set[str] = set()
    for path in code:
        found |= set(re.findall(r"^\s*(?:from|import) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    return found


@pytest.mark.parametrize("app", [app.name for app in apps.get_app_configs() if app.name.split(".")[0] not in OURS])
def test_every_installed_app_is_used(app):
    """Who installs an app says where it is used: what nobody uses still costs each start, page or migration."""
    assert app in APPS, f"{app} is installed: name the file that uses it, or take it out"
    file, words = APPS[app]
    assert words in (ROOT / file).read_text(encoding="utf-8"), f"{file} no longer uses {app}"


def test_no_app_is_named_that_is_not_installed():
    assert set(APPS) <= {app.name for app in apps.get_app_configs()}


@pytest.mark.parametrize("name", production())
def test_every_library_of_production_is_used(name):
    """Each is imported by a room, or the file that needs it is named above."""
    modules = {module for module, owners in distributions().items() if name in [owner.lower() for owner in owners]}
    if not modules & imported():
        file, words = LIBRARIES[name]
        assert words in (ROOT / file).read_text(encoding="utf-8"), f"{file} no longer needs {name}"


def test_no_library_brings_an_extra_that_is_not_switched_on():
    """psycopg's pool is for who sets `pool` in the options of the database; we keep a connection a minute instead."""
    assert ("pool" in settings.DATABASES["default"]["OPTIONS"]) == ("psycopg-pool==" in lock())


def lock() -> str:
    """What production installs."""
    return (ROOT / "requirements" / "production.txt").read_text(encoding="utf-8")


@functools.cache
def loading() -> str:
    """All that can load a style sheet, script or picture: templates and the style sheets themselves."""
    files = [*(ROOT / "templates").rglob("*.html"), *STATIC.glob("*.css")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@pytest.mark.parametrize("file", [path for path in STATIC.rglob("*") if path.is_file()], ids=lambda file: file.name)
def test_every_static_file_is_loaded(file):
    if file.name == "LICENCES.txt":
        return  # the vendored files' own licences go with them
    name = file.relative_to(STATIC)
    assert f"'design/{name}'" in loading() or f"url({name})" in loading()


def test_pages_load_nothing_but_our_own_static_files():
    """A script that an app ships is loaded by whoever uses it; today nobody does, and the register loads no script."""
    named = re.findall(r"{% static ['\"]([^'\"]+)['\"] %}", loading())
    assert named and [name for name in named if not (ROOT / "design" / "static" / name).is_file()] == []
