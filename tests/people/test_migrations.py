"""Policies that were adopted under an older grammar go on saying the same."""

import pytest

from people import services
from people.models import PolicyVersion
from policies import grammar, shelf
from tests import factories, migrating
from tests.factories import NOON

SAID, ANEW = 'how = "writing [6.3]"', 'how = "phone: before noon, post [6.3]"'


def text() -> str:
    """A policy with own words in a list of words, which another word of the list follows."""
    found = shelf.builtin()["west-kent"][-1].read_text(encoding="utf-8")
    assert SAID in found
    return found.replace(SAID, ANEW)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("empty_queue")
def test_a_version_that_was_adopted_before_reads_as_it_did():
    provider = factories.dover()
    adopted = text()
    values = {
        "provider_id": provider.pk, "text": adopted, "digest": services.digest_of(adopted), "adopted_at": NOON,
        "effective_on": NOON.date(), "adopted_by_name": "Head of Housing",
    }  # fmt: skip
    with migrating.at("people", "0004_adopted_policies_never_change") as before:
        pk = before.get_model("people", "PolicyVersion").objects.create(**values).pk
    kept = PolicyVersion.objects.get(pk=pk)
    assert kept.written_in == grammar.FIRST and kept.policy.value("appeal.how").raw == ["phone"]
    anew = services.adopt_policy(provider, text=f"{adopted}\n", wording={}, by_name="Head of Housing", at=NOON)
    assert anew.written_in == grammar.NEWEST and anew.policy.value("appeal.how").raw == ["phone", "post"]
