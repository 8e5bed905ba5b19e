"""Who decides on an entry: one, several, a meeting; after asking; whom the policy bars. By service and by page."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django_fsm import TransitionNotAllowed

from audit import services as audit
from audit.models import Decision, Event
from deadlines.models import Deadline
from decisions.models import Voice
from decisions.services import Meeting, Said
from people.access import NotPermitted
from policies.rules import RuleBroken
from register import acts
from register.models import Consideration, Entry
from register.services import agreeing, entering, erasing, removing
from tests import factories
from tests.factories import NOON
from tests.register import builders
from tests.register.builders import NewEntry

pytestmark = pytest.mark.django_db
TABLE = [pytest.param(act, id=act.name) for act in builders.acts_for_table()]
WAYS = ("take", "press")


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


def refused(act, way, w, who, **how):
    """Whether somebody is refused: 403 on the page, NotPermitted by the service."""
    if way == "take":
        with pytest.raises(NotPermitted):
            act.take(w, who, **how)
    else:
        assert act.press(w, who, **how).status_code == 403
    assert not act.done(w)
    return True


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("act", TABLE)
class TestEveryAct:
    """Each act under each way in which a policy gives it to somebody."""

    def test_one_role(self, act, way):
        w = act.make(builders.policy(act.action, "head"))
        assert refused(act, way, w, w.lead)
        getattr(act, way)(w, w.head)
        assert act.done(w) and not Voice.objects.exists()

    def test_a_or_b(self, act, way):
        w = act.make(builders.policy(act.action, "lead or head"))
        getattr(act, way)(w, w.lead)
        assert act.done(w)

    def test_a_and_b(self, act, way):
        w = act.make(builders.policy(act.action, "lead and head"))
        getattr(act, way)(w, w.head)
        assert not act.done(w)
        waits = Deadline.objects.open().get(kind=act.waits)
        assert waits.waits_for(w.lead) and not waits.waits_for(w.head) and not waits.waits_for(w.chair)
        getattr(act, way)(w, w.lead)
        assert act.done(w) and not Deadline.objects.open().filter(kind=act.waits).exists()

    def test_two_of(self, act, way):
        w = act.make(builders.policy(act.action, "2 of lead, head, chair"))
        getattr(act, way)(w, w.lead)
        assert not act.done(w)
        if way == "take":
            with pytest.raises(TransitionNotAllowed, match="You have decided already"):
                act.take(w, w.lead)
        assert not act.done(w)
        getattr(act, way)(w, w.head)
        assert act.done(w)
        agreed = Decision.objects.filter(what="decision.agreed").order_by("pk")
        assert [one.event.by_name for one in agreed] == [w.lead.name, w.head.name]

    def test_who_does_not_agree_leaves_it_as_it_is(self, act, way):
        w = act.make(builders.policy(act.action, "2 of lead, head, chair"))
        getattr(act, way)(w, w.lead)
        getattr(act, way)(w, w.head, agree=False)
        assert not act.done(w) and not Voice.objects.filter(dropped_at__isnull=True).exists()
        getattr(act, way)(w, w.chair)
        assert not act.done(w), "what was said before counts no more"
        getattr(act, way)(w, w.head)
        assert act.done(w)

    def test_a_meeting(self, act, way):
        w = act.make(builders.policy(act.action, "meeting of lead, head"))
        if way == "take":
            with pytest.raises(RuleBroken, match="who took part"):
                act.take(w, w.lead)
        else:
            page = act.press(w, w.lead).content.decode()
            assert "Not everybody took part who has to" in page or "who took part" in page
            assert builders.REASONS in page
        assert not act.done(w)
        getattr(act, way)(w, w.lead, meeting=Meeting(NOON.date(), [w.head.pk], "Both hold it to be needed."))
        assert act.done(w)
        assert Event.objects.get(verb="decision.met").facts["took_part"] == [w.head.name, w.lead.name]

    def test_whom_the_policy_bars(self, act, way):
        w = act.make(builders.policy(act.action, not_by=act.bars))
        if act.name in (acts.ENTER, acts.CHANGE):
            incident = builders.Incident("I-000001", w.provider, w.resident, "C-000001")
            audit.record("incident.affected", subject=incident, by=w.lead, at=NOON,
                         facts={"people": [w.chair.reference]})  # fmt: skip
        if act.name == acts.ENTER:
            getattr(act, way)(w, w.chair)
            assert not act.done(w), "whoever was affected only puts it forward"
            assert not Deadline.objects.open().get(kind=act.waits).waits_for(w.chair)
            with pytest.raises(NotPermitted, match="were affected by what this entry rests on"):
                act.take(w, w.chair)
        else:
            assert refused(act, way, w, w.chair)
        getattr(act, way)(w, w.head)
        assert act.done(w)

    def test_somebody_is_asked_first(self, act, way):
        w = act.make(builders.policy(act.action, consult="guardian"))
        if not act.asks_first:
            getattr(act, way)(w, w.head)
            assert act.done(w), "nobody is asked before this"
            return
        if act.name == acts.ENTER:
            getattr(act, way)(w, w.head)
            question = Consideration.objects.get()
            assert not Voice.objects.exists() and question.proposed["instructions"] == builders.SAYS["instructions"]
            where, ask = reverse("register:consult", args=[question.pk, act.action]), entering.consult
            key = question.pk
        else:
            where, ask = reverse("register:consult_on", args=[w.entry.reference, act.name]), agreeing.consult
            key = w.entry.pk
        if way == "take":
            with pytest.raises(RuleBroken, match="Record what was said by: Information Guardian"):
                act.take(w, w.head)
            ask(key, act.name, person_id=w.guardian.pk, on=NOON.date(), words="No objection.", by=w.lead, at=NOON)
        else:
            page = act.press(w, w.head).content.decode()
            assert "Record what was said by: Information Guardian" in page and builders.REASONS in page
            day = {"on_day": NOON.day, "on_month": NOON.month, "on_year": NOON.year}
            builders.pressing.press(
                builders.signed_in(w.lead), where, {"person": w.guardian.pk, "words": "No objection.", **day}
            )
        assert not act.done(w)
        getattr(act, way)(w, w.head)
        assert act.done(w)

    def test_where_the_policy_is_silent_whoever_has_the_right_decides(self, act, way):
        w = act.make(builders.policy(act.action))
        officer = factories.person(w.provider, "neighbour", name="Nell Neighbour")
        assert refused(act, way, w, officer)
        getattr(act, way)(w, w.lead)
        assert act.done(w)


# What the policy says in two places


def test_whoever_decides_on_the_register_and_on_the_act_both_have_to():
    """`register.safety.by` and `decide.remove_register`: one person who is both is enough, else each for their part."""
    w = builders.with_entry(builders.world(builders.policy(acts.REMOVE, "chair", register_by="head")), by=None)
    act = acts.remove(w.entry)
    assert act.lacking([w.head]) == ["Chair of the Members"] and act.lacking([w.chair]) == ["Head of Homes"]
    builders.remove(w.entry, w.head, "It has passed.")
    assert Entry.objects.get().removed_on is None
    both = factories.person(w.provider, "chair", "head", name="Bo Both")
    with pytest.raises(RuleBroken, match="Agree to what is put before you"):
        builders.remove(w.entry, both, "It has passed.", told=True)
    builders.remove(w.entry, both, "It has passed.")
    assert Entry.objects.get().removed_on == NOON.date()


def test_one_person_in_both_roles_decides_alone():
    w = builders.with_entry(builders.world(builders.policy(acts.REMOVE, "chair", register_by="head")))
    both = factories.person(w.provider, "chair", "head", name="Bo Both")
    builders.remove(w.entry, both, "It has passed.")
    assert Entry.objects.get().removed_by == both and not Voice.objects.exists()


def test_an_officer_whom_the_policy_names_decides_on_entries():
    w = builders.world(builders.policy(acts.ENTER, "neighbour"))
    officer = factories.person(w.provider, "neighbour", name="Nell Neighbour")
    client = builders.signed_in(officer)
    assert client.get(reverse("register:entries")).status_code == 200
    builders.acts_for_table()[0].press(w, officer)
    entry = Entry.objects.get()
    assert entry.entered_by == officer
    assert client.get(reverse("register:entry", args=[entry.reference])).status_code == 200


# Not telling the resident


def untold(w, **more):
    return NewEntry(
        w.provider, "safety", resident=w.resident, told=False, not_told_reason="He would come.",
        look_again_on=(NOON + timedelta(days=60)).date(), **builders.SAYS, **more,
    )  # fmt: skip


def test_an_entry_that_is_kept_from_its_resident_needs_whoever_decides_that_as_well():
    w = builders.world(builders.policy(acts.WITHHOLD, "chair", register_by="head"))
    question = entering.enter(untold(w), Said("A dog."), by=w.head, at=NOON)
    assert question.entry is None and not Entry.objects.exists()
    assert Deadline.objects.open().get(kind="register.consider").waits_for(w.chair)
    page = builders.signed_in(w.chair).get(reverse("register:consider", args=[question.pk])).content.decode()
    assert "Is not told" in page and "He would come." in page and "A dog." not in page, "each judges for themselves"
    entering.answer(question.pk, Said("So it is.", what=entering.act_on(question).put), by=w.chair, at=NOON)
    entry = Entry.objects.get()
    assert (entry.resident_told, entry.not_told_reason) == (False, "He would come.")
    again = Deadline.objects.open().get(kind="register.look_again")
    assert again.waits_for(w.chair) and not again.waits_for(w.lead)


def test_told_at_once_it_needs_nobody_else():
    w = builders.world(builders.policy(acts.WITHHOLD, "chair", register_by="head"))
    new = NewEntry(w.provider, "safety", resident=w.resident, **builders.SAYS)
    assert entering.enter(new, Said("A dog."), by=w.head, at=NOON).entry is not None


def test_of_what_stands_with_a_restriction_not_telling_alone_is_decided_here():
    """The restriction's own gate let it be entered; whoever decides on not telling looks at that again."""
    w = builders.world(builders.policy(acts.WITHHOLD, "2 of lead, head, chair", register_by="chair"))
    entry = builders.enter(
        w.provider, w.lead, w.resident, register_key="safety", risks=["animal"], told=False,
        not_told_reason="He would come.", look_again_on=(NOON + timedelta(days=60)).date(),
    )  # fmt: skip
    later = (NOON + timedelta(days=90)).date()
    builders.withhold(entry, w.lead, "He still would.", look_again_on=later)
    assert Entry.objects.get().look_again_on != later
    builders.withhold(entry, w.head, "So I hold.", look_again_on=later)
    entry = Entry.objects.get()
    assert (entry.look_again_on, entry.not_told_reason) == (later, "So I hold.")
    page = builders.signed_in(w.chair).get(reverse("register:entry", args=[entry.reference])).content.decode()
    assert "It changes and ends with it." in page and "Look again at not telling" in page and "Remove" not in page


def test_one_of_several_is_enough_to_tell_the_resident():
    """D2: to be told is the law's rule; what has to be agreed is to depart from it."""
    w = builders.with_entry(builders.world(builders.policy(acts.WITHHOLD, "2 of lead, head, chair")))
    builders.withhold(w.entry, w.lead, "He still would.", look_again_on=(NOON + timedelta(days=90)).date())
    page = reverse("register:look_again", args=[w.entry.reference])
    agree = builders.pressing.press(builders.signed_in(w.head), page, {"decision": "against", "reason": "He is ill."})
    assert agree.status_code == 302 and not Voice.objects.filter(dropped_at__isnull=True).exists()
    done = builders.pressing.press(builders.signed_in(w.head), page, {"told": "yes", "how": "By letter of today."})
    assert done.status_code == 302 and Entry.objects.get().resident_told
    assert not Deadline.objects.open().filter(kind__in=("register.look_again", "register.withhold")).exists()


# Whom a policy bars


@pytest.mark.parametrize(
    ("word", "who"),
    [("proposer", "lead"), ("affected", "head"), ("spoc", "guardian"), ("first decider", None), ("involved", "lead")],
)
def test_each_word_of_a_policy_bars_from_entering_whom_it_means(word, who):
    """What the rooms above did stands in the trail, where the register reads it."""
    w = builders.world(builders.policy(acts.ENTER, not_by=word))
    restriction = factories.about("restriction:X-000001", w.provider, w.resident)
    trail = builders.replace(restriction.trail, case="C-000001")
    for verb, by, facts in (
        ("restriction.proposed", w.lead, {}),
        ("incident.affected", w.lead, {"people": [w.head.reference]}),
        ("spoc.named", w.chair, {"person": w.guardian.reference}),
    ):
        subject = builders.Incident("I-000001", w.provider, w.resident, "C-000001") if "incident" in verb else None
        audit.record(verb, subject=subject or builders.Placed(trail), by=by, at=NOON, facts=facts)
    version = w.provider.policy_version_on(NOON.date())
    question = entering.ask_to_consider(
        "safety", resident=w.resident, policy_version=version, because="restriction:X-000001",
        incidents=["I-000001"], case_ref="C-000001", at=NOON,
    )  # fmt: skip
    barred = {w.lead.pk: "lead", w.head.pk: "head", w.guardian.pk: "guardian", w.chair.pk: "chair"}
    found = {barred[pk] for pk in acts.answer(question).barred}
    assert found == ({"lead", "head", "guardian"} if word == "involved" else {who} if who else set())


def test_whoever_put_an_entry_forward_does_not_decide_it_where_the_policy_says_so():
    w = builders.world(builders.policy(acts.ENTER, not_by="proposer"))
    act = builders.acts_for_table()[0]
    answer = act.press(w, w.lead)
    question = Consideration.objects.get()
    assert answer.headers["Location"] == reverse("register:consider", args=[question.pk])
    page = builders.signed_in(w.lead).get(answer.headers["Location"]).content.decode()
    assert "You put this entry forward, so somebody else decides" in page
    other = builders.signed_in(w.head).get(answer.headers["Location"]).content.decode()
    assert "Put forward by" in other and builders.REASONS in other and "Do not go in: police escort only." in other
    act.take(w, w.head)
    entry = Entry.objects.get()
    assert entry.entered_by == w.head
    with pytest.raises(RuleBroken, match="on the register already"):
        act.take(w, w.chair)


def test_who_decided_first_does_not_decide_that_it_goes_where_the_policy_says_so():
    """Each of several who agreed to it, not only whoever agreed last."""
    w = builders.world(builders.policy(acts.REMOVE, not_by="first decider", register_by="2 of lead, head, chair"))
    act = builders.acts_for_table()[0]
    act.take(w, w.lead)
    act.take(w, w.head)
    barred = acts.remove(Entry.objects.get()).barred
    assert set(barred) == {w.lead.pk, w.head.pk}
    assert barred[w.lead.pk].did == "decided on this entry"


def test_nobody_left_is_said_before_somebody_tries_and_an_administrator_is_named():
    w = builders.with_entry(builders.world(builders.policy(acts.REMOVE, "chair", not_by="first decider")))
    page = builders.signed_in(w.chair).get(reverse("register:entry", args=[w.entry.reference])).content.decode()
    assert (
        "everybody who could has had a part in it" in page
        and "An administrator can appoint somebody to decide it" in page
    )


def test_while_nobody_can_decide_whoever_has_the_right_puts_it_forward():
    w = builders.world(builders.policy(acts.ENTER, "guardian"))
    w.guardian.is_active = False
    w.guardian.save()
    answer = builders.acts_for_table()[0].press(w, w.head)
    question = Consideration.objects.get()
    page = builders.signed_in(w.head).get(answer.headers["Location"]).content.decode()
    assert "Nobody at Highmoor can at present" in page and question.asked_by == w.head


# What waits, and what becomes of it


def test_an_entry_that_is_other_than_what_was_put_is_decided_anew():
    """Nobody agrees to what they did not see: a removal that waits is dropped when the entry is changed or kept."""
    w = builders.with_entry(builders.world(builders.policy(acts.REMOVE, "2 of lead, head, chair")))
    builders.remove(w.entry, w.lead, "It has passed.")
    builders.change(w.entry, w.head, "Two dogs.", instructions=["Do not go in at all."])
    assert not Voice.objects.filter(dropped_at__isnull=True).exists()
    assert not Deadline.objects.open().filter(kind="register.remove").exists()
    builders.remove(w.entry, w.head, "It has passed.")
    assert Entry.objects.get().removed_on is None


def test_what_waits_is_said_on_the_page_of_the_entry():
    w = builders.with_entry(builders.world(builders.policy(acts.REMOVE, "2 of lead, head, chair")))
    builders.remove(w.entry, w.lead, "It has passed.")
    page = builders.signed_in(w.head).get(reverse("register:entry", args=[w.entry.reference])).content.decode()
    assert f"{w.lead.name} has decided this. It waits for: 2 of: Area Lead, Head of Homes or Chair of" in page
    page = builders.signed_in(w.lead).get(reverse("register:remove", args=[w.entry.reference])).content.decode()
    assert "You have decided" in page


def test_one_who_has_decided_what_waits_is_not_asked_for_the_look_again():
    w = builders.with_entry(builders.world(builders.policy(acts.REMOVE, "2 of lead, head, chair")))
    due = Deadline.objects.open().get(kind="register.review")
    assert due.waits_for(w.lead)
    builders.keep(w.entry, w.lead, "It is there still.")
    assert not Deadline.objects.get(pk=due.pk).waits_for(w.lead)
    builders.keep(w.entry, w.head, "So I hold.")
    assert Deadline.objects.open().get(kind="register.review").waits_for(w.lead), "the next look is anybody's again"


def test_those_who_are_asked_before_one_look_are_asked_before_the_next():
    w = builders.with_entry(builders.world(builders.policy(acts.REMOVE, consult="guardian")))
    said = {"person_id": w.guardian.pk, "on": NOON.date(), "words": "No objection.", "by": w.lead}
    agreeing.consult(w.entry.pk, acts.REMOVE, at=NOON, **said)
    builders.keep(w.entry, w.head, "Not yet.", at=NOON + timedelta(days=1))
    with pytest.raises(RuleBroken, match="Record what was said by"):
        builders.remove(w.entry, w.head, "Now it has.", at=NOON + timedelta(days=200))


def test_a_question_is_asked_once_and_a_place_can_be_asked_about():
    w = builders.world(builders.policy(acts.ENTER, "2 of lead, head, chair"))
    place = NewEntry(w.provider, "safety", place="1 Quay Street", postcode="hb1 1hb", risks=["animal"],
                     instructions=["Ring first."])  # fmt: skip
    question = entering.enter(place, Said("A dog bit the fitter."), by=w.lead, at=NOON)
    with pytest.raises(RuleBroken, match="waits for those who decide on it already"):
        entering.enter(place, Said("A dog bit the fitter."), by=w.head, at=NOON)
    client = builders.signed_in(w.head)
    address = reverse("register:consider", args=[question.pk])
    page = client.get(address).content.decode()
    assert "1 Quay Street" in page and "HB1 1HB" in page and "Ring first." in page
    done = builders.pressing.press(client, address, {"decision": "agree", "reason": "So it is."})
    entry = Entry.objects.get()
    assert done.headers["Location"] == reverse("register:entry", args=[entry.reference])
    assert (entry.place, entry.place_postcode, entry.resident) == ("1 Quay Street", "HB1 1HB", None)


def test_deciding_against_an_entry_takes_as_many():
    w = builders.world(builders.policy(acts.ENTER, "2 of lead, head, chair"))
    version = w.provider.policy_version_on(NOON.date())
    question = entering.ask_to_consider(
        "safety", resident=w.resident, policy_version=version, because="restriction:X-000001",
        incidents=["I-000001"], case_ref="", at=NOON,
    )  # fmt: skip
    address = reverse("register:consider", args=[question.pk])
    builders.pressing.press(builders.signed_in(w.lead), address, {"reason": "He was ill."})
    assert Consideration.objects.get().decided_at is None
    page = builders.signed_in(w.head).get(address).content.decode()
    assert "What was decided first is that no entry is made." in page and "Agree that no entry is made" in page
    builders.pressing.press(builders.signed_in(w.head), address, {"decision": "agree", "reason": "So he was."})
    question = Consideration.objects.get()
    assert question.decided_by == w.head and question.entry is None
    assert Decision.objects.get(what="register.not_entered").event.by_name == w.head.name


def test_what_the_policy_has_weighed_is_asked_and_kept():
    w = builders.world(builders.policy(acts.ENTER, weigh="Is it in proportion?"))
    client, where = builders.signed_in(w.head), reverse("register:add_resident", args=[w.resident.reference])
    assert "Is it in proportion?" in client.get(where).content.decode()
    typed = {"incident": "I-000001", "risks": ["animal"], "instructions": "Ring first.", "ring": "", "shared": "no",
             "told": "yes", "reason": "It bit a man."}  # fmt: skip
    page = builders.pressing.press(client, where, typed).content.decode()
    assert "Enter what else you considered" in page and "It bit a man." in page and not Entry.objects.exists()
    builders.pressing.press(client, where, typed | {"considered": "A sign on the door."})
    kept = Decision.objects.get(what="register.entered").event.words.body
    assert kept == {"reasons": "It bit a man.", "considered": "A sign on the door."}


def test_what_its_deciders_said_goes_with_the_words_of_an_entry():
    """UK GDPR Art 5(1)(e): not about whom, and none of their words, in the voices, the questions and the trail."""
    w = builders.world(builders.policy(acts.ENTER, "2 of lead, head, chair", consult="guardian"))
    act = builders.acts_for_table()[0]
    act.take(w, w.lead)
    question = Consideration.objects.get()
    entering.consult(question.pk, acts.ENTER, person_id=w.guardian.pk, on=NOON.date(), words="A biting dog.",
                     by=w.lead, at=NOON)  # fmt: skip
    act.take(w, w.lead)
    act.take(w, w.head)
    entry = Entry.objects.get()
    builders.remove(entry, w.chair, "The dog has died.")
    after = NOON + timedelta(days=300)
    assert erasing.erase(entry.pk, at=after)
    question = Consideration.objects.get()
    assert (question.resident, question.proposed, question.reasons) == (None, {}, "")
    voices = Voice.objects.all()
    assert [(one.resident, one.what, one.reasons) for one in voices] == [(None, {}, "The words were erased.")] * 2
    said = [event for event in Event.objects.filter(subject_kind="consideration") if hasattr(event, "words")]
    assert said and all(event.words.body is None for event in said)
    assert "police escort" not in str([event.facts for event in Event.objects.all()])


def test_an_entry_that_an_appeal_sets_aside_goes_by_whoever_decided_the_appeal():
    w = builders.with_entry(builders.world(builders.policy(acts.REMOVE, "2 of lead, head, chair")))
    removing.set_aside(w.entry.pk, reason="The appeal was upheld.", by=w.guardian, at=NOON)
    entry = Entry.objects.get()
    assert entry.removed_by == w.guardian and not Voice.objects.exists()
