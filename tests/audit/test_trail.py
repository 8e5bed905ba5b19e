"""The trail: atomic with what it records, never changed, and blanked only by a recorded erasure."""

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, InternalError, ProgrammingError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from audit import services
from audit.models import Decision, Event, EventText
from policies.rules import Rule
from tests import factories
from tests.factories import NOON

LAW = Rule("law", "UK GDPR Art 17")
REFUSALS = (InternalError, ProgrammingError, DatabaseError)


@pytest.fixture
def provider(db):
    return factories.dover()


@pytest.fixture
def officer(provider):
    return factories.working_as(provider, "officer", name="Olive Officer")


@pytest.fixture
def resident(provider, officer):
    return factories.resident(provider, officer)


@pytest.fixture
def decision(resident, officer):
    return services.decide(
        "restriction.imposed",
        subject=resident,
        by=officer,
        at=NOON,
        reasons="He shouted for ten minutes.",
        considered="A warning.",
        not_done="The police were not told.",
        rule=Rule("policy", "6.14", "must"),
        outcome="imposed",
        facts={"on": NOON.date()},
    )


# what is recorded


def test_an_event_says_who_when_what_and_where_it_belongs(resident, officer):
    event = services.record("resident.seen", subject=resident, by=officer, at=NOON, facts={"on": NOON.date()})
    event = Event.objects.get(pk=event.pk)
    assert (event.by_ref, event.by_name, event.at) == (officer.reference, "Olive Officer", NOON)
    assert (event.subject_kind, event.subject_ref, event.resident_ref) == (
        "resident",
        resident.reference,
        resident.reference,
    )
    assert event.facts == {"on": "2026-12-18"} and event.digest == ""
    assert not EventText.objects.filter(event=event).exists(), "no words, no row of words"


def test_what_the_clock_did_names_nobody(resident):
    event = services.record("restriction.lapsed", subject=resident, by=None, at=NOON)
    assert (event.by_ref, event.by_name) == ("", "")


def test_a_decision_names_its_rule_and_keeps_what_was_not_done(decision):
    assert (decision.source, decision.clause, decision.strength) == ("policy", "6.14", "must")
    assert decision.event.words.body == {
        "reasons": "He shouted for ten minutes.",
        "considered": "A warning.",
        "not_done": "The police were not told.",
    }


def test_where_the_policy_is_silent_the_record_says_so(resident, officer):
    silent = services.decide("case.closed", subject=resident, by=officer, at=NOON, reasons="Done.", rule=None)
    assert (silent.source, silent.clause) == (Decision.Source.SILENT, "")


def test_a_decision_under_the_policy_without_a_clause_is_refused(resident, officer):
    with pytest.raises(DatabaseError), transaction.atomic():
        services.decide("x.done", subject=resident, by=officer, at=NOON, reasons="x", rule=Rule("policy", ""))


def test_a_record_stands_or_falls_with_what_it_records(resident, officer):
    before = Event.objects.count()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        services.record("resident.seen", subject=resident, by=officer, at=NOON, words={"what": "said"})
        raise ZeroDivisionError
    assert Event.objects.count() == before and not EventText.objects.filter(body__what="said").exists()


@pytest.mark.django_db(transaction=True)
def test_nobody_else_sees_a_record_before_what_it_records_is_done():
    officer = factories.working_as(factories.dover(), "officer")
    resident = factories.resident(officer.provider, officer)
    seen = []

    def look():
        seen.append(Event.objects.filter(verb="resident.seen").exists())
        connection.close()

    with transaction.atomic():
        services.record("resident.seen", subject=resident, by=officer, at=NOON)
        other = threading.Thread(target=look)
        other.start()
        other.join()
    assert seen == [False] and Event.objects.filter(verb="resident.seen").exists()


def test_the_trail_is_read_newest_first_in_one_query(resident, officer, decision, django_assert_num_queries):
    for minute in range(30):
        services.record(
            "resident.seen", subject=resident, by=officer, at=NOON + timedelta(minutes=minute), words={"n": str(minute)}
        )
    with django_assert_num_queries(1):
        events = list(Event.objects.for_resident(resident.reference).with_words())
        assert [event.words.body for event in events if hasattr(event, "words")]
        assert [event.at for event in events] == sorted((event.at for event in events), reverse=True)


# never changed

RAW = [
    "UPDATE audit_event SET verb = 'nothing.happened'",
    "UPDATE audit_event SET at = now()",
    "DELETE FROM audit_event",
    "UPDATE audit_decision SET outcome = 'dismissed'",
    "DELETE FROM audit_decision",
    "DELETE FROM audit_eventtext",
    'UPDATE audit_eventtext SET body = \'{"reasons": "other"}\'',
    "UPDATE audit_eventtext SET salt = 'other'",
    "UPDATE audit_eventtext SET body = NULL, salt = ''",
    "UPDATE audit_eventtext SET body = NULL, erased_by_id = event_id",
    "UPDATE audit_eventtext SET event_id = event_id + 1000000, body = NULL, salt = '', erased_by_id = event_id",
]


@pytest.mark.parametrize("statement", RAW)
def test_raw_sql_cannot_change_the_trail(decision, statement):
    before = list(Event.objects.order_by("pk").values()), list(EventText.objects.order_by("pk").values())
    with pytest.raises(REFUSALS), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert before == (list(Event.objects.order_by("pk").values()), list(EventText.objects.order_by("pk").values()))


@pytest.mark.parametrize(
    "act",
    [
        lambda: Event.objects.update(verb="x"),
        lambda: Event.objects.all().delete(),
        lambda: Event.objects.bulk_update([Event(pk=Event.objects.first().pk, verb="x")], ["verb"]),
        lambda: Event.objects.first().save(),
        lambda: Decision.objects.update(outcome="x"),
        lambda: Decision.objects.all().delete(),
        lambda: EventText.objects.all().delete(),
        lambda: EventText.objects.update(body={"reasons": "x"}),
        lambda: EventText.objects.first().delete(),
    ],
)
def test_the_orm_cannot_change_the_trail_in_bulk_or_one_by_one(decision, act):
    with pytest.raises((*REFUSALS, Exception)) as refused, transaction.atomic():
        act()
    assert isinstance(refused.value, REFUSALS) or type(refused.value).__name__ == "ProtectedError"
    assert Decision.objects.get(pk=decision.pk).outcome == "imposed"


# erasing words


def test_erasure_blanks_the_words_alone_and_is_itself_recorded(decision, officer):
    before = Event.objects.values().get(pk=decision.event_id)
    erasure = services.erase_words(decision.event_id, by=officer, at=NOON, why="Retention ended", rule=LAW)
    words = EventText.objects.get(event=decision.event_id)
    assert (words.body, words.salt, words.erased_by_id) == (None, "", erasure.pk)
    assert Event.objects.values().get(pk=decision.event_id) == before, "the event and its digest stay"
    assert Decision.objects.get(pk=decision.pk).outcome == "imposed"
    assert (erasure.verb, erasure.resident_ref, erasure.facts["event"]) == (
        "event.words_erased",
        decision.event.resident_ref,
        decision.event_id,
    )
    assert erasure.facts["why"] == "Retention ended"


def test_erasing_twice_records_one_erasure(decision, officer):
    for _ in range(2):
        services.erase_words(decision.event_id, by=officer, at=NOON, why="x", rule=LAW)
    assert Event.objects.filter(verb="event.words_erased").count() == 1


def test_erasing_an_event_without_words_does_nothing(resident, officer):
    event = services.record("resident.seen", subject=resident, by=officer, at=NOON)
    assert services.erase_words(event.pk, by=officer, at=NOON, why="x", rule=LAW) == event


def test_erasing_an_unknown_event_is_an_error(officer):
    with pytest.raises(Event.DoesNotExist):
        services.erase_words(0, by=officer, at=NOON, why="x", rule=LAW)


def test_what_was_blanked_cannot_be_written_again(decision, officer):
    services.erase_words(decision.event_id, by=officer, at=NOON, why="x", rule=LAW)
    with pytest.raises(REFUSALS), transaction.atomic():
        EventText.objects.filter(event=decision.event_id).update(body={"reasons": "invented"}, salt="")


# the digest


def test_the_digest_proves_the_words_while_they_stand(decision):
    words = EventText.objects.get(event=decision.event_id)
    assert services.digest_of(words.salt, words.body) == decision.event.digest
    assert services.digest_of(words.salt, words.body | {"reasons": "He whispered."}) != decision.event.digest
    assert services.digest_of("", words.body) != decision.event.digest, "without its salt it tells nothing"


def test_the_same_words_have_another_digest_each_time(resident, officer):
    same = [
        services.record("resident.seen", subject=resident, by=officer, at=NOON, words={"what": "said"}).digest
        for _ in range(2)
    ]
    assert len(set(same)) == 2


@given(
    words=st.dictionaries(
        st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=8),
        st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), min_size=1, max_size=40),
        max_size=4,
    )
)
def test_the_digest_does_not_depend_on_order_and_tells_every_difference(words):
    backwards = dict(reversed(list(words.items())))
    assert services.digest_of("s", words) == services.digest_of("s", backwards)
    for key in words:
        assert services.digest_of("s", words) != services.digest_of("s", words | {key: words[key] + "."})


def test_words_in_any_script_come_back_and_prove_themselves(resident, officer):
    strange = "שלום \U0001f600 \u202e é e\u0301 “quote”\nline"
    event = services.record("resident.seen", subject=resident, by=officer, at=NOON, words={"what": strange})
    words = EventText.objects.get(event=event)
    assert words.body["what"] == strange
    assert services.digest_of(words.salt, words.body) == Event.objects.get(pk=event.pk).digest
