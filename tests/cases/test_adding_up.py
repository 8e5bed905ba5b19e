"""Whether warnings of several interactions add up towards a warning letter: the policy says, or a person settles it."""

from datetime import timedelta

import pytest

from cases import ladder
from cases.models import Case
from tests import factories, invented
from tests.factories import NOON
from tests.restrictions import builders

pytestmark = pytest.mark.django_db
ADDS_UP = 'adds_up = "yes [3.2 implied]"'


def reached(days: list[int], says: str = ADDS_UP) -> ladder.Reached:
    """Two conversations so many days ago, each with one warning, under Loughside (3.2) with these words."""
    text = invented.TEXTS["loughside"]
    assert ADDS_UP in text
    began, slug = NOON - timedelta(days=200), f"loughside-{days[0]}"
    provider = invented.running_on_text(text.replace(ADDS_UP, says), slug=slug, at=began)
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    for ago in days:
        builders.log(provider, staff, resident, at=NOON - timedelta(days=ago), warnings=1)
    return ladder.written_reached(ladder.read(Case.objects.get(resident=resident)))


def test_two_conversations_within_the_time_lead_to_the_letter():
    """Loughside 3.2: after two conversations within three months."""
    found = reached([30, 5])
    assert (found.met, found.silent, found.how, found.rule.clause) == (True, False, "counted", "3.2")
    assert "Two initial warnings in several interactions, which add up" in found.sentence


def test_one_of_them_before_the_time_counts_no_more():
    found = reached([120, 5])
    assert (found.met, found.silent) == (False, False) and "One initial warning given so far" in found.sentence


def test_the_time_ends_with_the_last_of_them():
    """Three months before 18 December is 18 September: 91 days; both lie in the window, and a day more does not."""
    assert reached([91, 0]).met and not reached([92, 0]).met


def test_where_they_do_not_add_up_nobody_settles_that_they_do():
    found = reached([30, 5], 'adds_up = "no [3.2]"')
    assert (found.met, found.silent) == (False, False) and "do not add up" in found.sentence


def test_where_the_policy_does_not_say_a_person_settles_it():
    found = reached([30, 5], "")
    assert (found.met, found.silent) == (False, True) and "does not say whether these add up" in found.sentence
