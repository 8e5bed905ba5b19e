"""Policies that were adopted under an older grammar go on saying the same."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from people import services
from people.models import PolicyVersion
from policies import grammar, shelf
from tests import factories
from tests.factories import NOON

BEFORE, AFTER = "0004_adopted_policies_never_change", "0005_the_grammar_a_policy_was_written_in"
SAID, ANEW = 'how = "writing [6.3]"', 'how = "phone: before noon, post [6.3]"'


def migrate(name: str) -> MigrationExecutor:
    executor = MigrationExecutor(connection)
    executor.migrate([("people", name)])
    return executor


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
    try:
        executor = migrate(BEFORE)
        old = executor.loader.project_state([("people", BEFORE)]).apps.get_model("people", "PolicyVersion")
        pk = old.objects.create(**values).pk
    finally:
        migrate(AFTER)
    kept = PolicyVersion.objects.get(pk=pk)
    assert kept.written_in == grammar.FIRST and kept.policy.value("appeal.how").raw == ["phone"]
    anew = services.adopt_policy(provider, text=f"{adopted}\n", wording={}, by_name="Head of Housing", at=NOON)
    assert anew.written_in == grammar.NEWEST and anew.policy.value("appeal.how").raw == ["phone", "post"]
