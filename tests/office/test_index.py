"""The office's front page: for administrators of the provider, and for nobody else."""

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories

OTHERS = ["officer", "team_leader", "manager", "front_line", "contractor", "dpo"]


@pytest.fixture
def staff(db):
    return factories.staff(factories.dover())


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_an_administrator_finds_the_office_in_the_menu(staff):
    shown = signed_in(staff.administrator).get(reverse("office:index")).content.decode()
    assert '<h1 class="govuk-heading-l">Office</h1>' in shown
    assert f'href="{reverse("office:index")}" aria-current="page"' in shown


@pytest.mark.parametrize("who", OTHERS)
def test_the_office_is_shown_to_nobody_else(staff, who):
    client = signed_in(getattr(staff, who))
    refused = client.get(reverse("office:index"))
    assert refused.status_code == 403 and "The office is for administrators" in refused.content.decode()
    assert f'href="{reverse("office:index")}"' not in client.get(reverse("register:check")).content.decode()
