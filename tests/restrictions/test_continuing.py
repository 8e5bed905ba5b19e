"""What an appeal that succeeds in part makes of a restriction."""

from datetime import date

import pytest

from cases.models import Case
from deadlines.models import Deadline
from policies.rules import RuleBroken
from register.models import Entry
from restrictions.dates import Changes
from restrictions.models import Restriction
from restrictions.services import continuing
from tests.restrictions import builders
from tests.restrictions.builders import noon

pytestmark = pytest.mark.django_db
State = Restriction.State


@pytest.fixture
def w():
    return builders.world()


def fresh(restriction):
    return Restriction.objects.get(pk=restriction.pk)


def open_kinds(restriction):
    return sorted(
        Deadline.objects.open().filter(about=f"restriction:{restriction.reference}").values_list("kind", flat=True)
    )


def test_replace_terms_makes_a_successor_that_is_no_longer(w):
    """An appeal that succeeds in part: other terms, never a later last day; its outcome is final (6.35)."""
    restriction = builders.imposed(w)
    later = noon(date(2027, 1, 11))
    with pytest.raises(RuleBroken, match="does not lengthen"):
        continuing.replace_terms(
            restriction.pk,
            Changes(terms=builders.OTHER_TERMS),
            by=w.staff.manager,
            at=later,
            ends_on=date(2027, 6, 19),
            reason="x",
            rule=None,
            appealable=False,
        )
    new = continuing.replace_terms(
        restriction.pk,
        Changes(terms=builders.OTHER_TERMS),
        by=w.staff.manager,
        at=later,
        ends_on=None,
        reason="Too wide.",
        rule=None,
        appealable=False,
    )
    old = fresh(restriction)
    assert (old.state, new.state, new.follows) == (State.VARIED, State.IN_FORCE, old)
    assert (new.starts_on, new.ends_on) == (date(2027, 1, 11), date(2027, 6, 18))
    entry = Entry.objects.get(removed_on__isnull=True)
    assert entry.source == f"restriction:{new.reference}"
    assert entry.arrangement == ["Telephone: Calls between 10am and midday, on Tuesdays."]
    assert open_kinds(old) == []
    assert open_kinds(new) == ["restriction.end", "review.at_end"]
    assert Case.objects.get(pk=w.case.pk).stage == Case.Stage.CONTACT_RESTRICTION
