"""Pages of the register that were opened before somebody else decided: nothing is undone, nothing typed is lost."""

from datetime import timedelta

import pytest
from django.urls import reverse

from decisions.services import Said
from register import acts
from register.models import Consideration, Entry
from register.services import entering
from tests.factories import NOON
from tests.pressing import check, hidden, press
from tests.register import builders
from tests.register.builders import signed_in

pytestmark = pytest.mark.django_db
ESCORT = "Do not go in: police escort only"


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


def address(page, entry):
    return reverse(f"register:{page}", args=[entry.reference])


def text(answer):
    return " ".join(answer.content.decode().split())


CHANGED = {
    "instructions": "Ask for the dog to be shut away before you go in.", "ring": "01304 821199", "shared": "yes",
    "reason": "Another “number”.", "review_on_day": "1", "review_on_month": "3", "review_on_year": "2027",
}  # fmt: skip


def test_an_older_page_does_not_wipe_an_order_off_an_entry(dog, staff, clock):
    """Both versions stand side by side, the newer chosen; what else was typed is saved."""
    client = signed_in(staff.team_leader)
    old = client.get(address("change", dog))
    clock.move_to(NOON + timedelta(minutes=20), tick=False)
    builders.change(dog, staff.manager, "Shots were fired.", instructions=[ESCORT], at=NOON + timedelta(minutes=20))
    both = press(client, address("change", dog), CHANGED, on=old)
    assert both.status_code == 409
    shown = text(both)
    assert "Somebody saved this meanwhile" in shown and "Morgan Manager changed the entry on 18 December 2026" in shown
    assert ESCORT in shown and "Ask for the dog to be shut away" in shown and "Number to ring" not in shown
    assert Entry.objects.get().instructions == [ESCORT] and Entry.objects.get().ring != "01304 821199"
    saved = press(client, address("change", dog), {"keep-instructions": "saved"}, on=both)
    assert saved.headers["Location"] == address("entry", dog)
    entry = Entry.objects.get()
    assert (entry.instructions, entry.ring) == ([ESCORT], "01304 821199")


def test_whoever_means_it_may_still_choose_their_own(dog, staff, clock):
    client = signed_in(staff.team_leader)
    old = client.get(address("change", dog))
    builders.change(dog, staff.manager, "Shots were fired.", instructions=[ESCORT])
    both = press(client, address("change", dog), CHANGED, on=old)
    press(client, address("change", dog), {"keep-instructions": "mine"}, on=both)
    assert Entry.objects.get().instructions == ["Ask for the dog to be shut away before you go in."]


def test_what_is_typed_into_an_old_page_of_an_entry_that_is_gone_changes_nothing(dog, staff):
    client = signed_in(staff.team_leader)
    old = client.get(address("change", dog))
    builders.remove(dog, staff.manager, "The dog has died.")
    late = press(client, address("change", dog), CHANGED, on=old)
    assert late.status_code == 409 and "Morgan Manager removed this entry" in text(late)


@pytest.mark.parametrize(("page", "typed"), [
    ("keep", {"reason": "Still “there”.", "review_on_day": "1", "review_on_month": "6", "review_on_year": "2027"}),
    ("remove", {"reason": "It has “died”."}),
])  # fmt: skip
def test_nobody_keeps_or_removes_what_has_changed_since_they_read_it(dog, staff, page, typed):
    """409: which part changed, who did that when; read again, with what was typed."""
    client, where = signed_in(staff.team_leader), address(page, dog)
    old = client.get(where)
    builders.change(dog, staff.manager, "Shots were fired.", instructions=[ESCORT])
    button = "check" if page == "remove" else "do"
    changed = press(client, where, typed, on=old, button=button)
    assert changed.status_code == 409
    shown = text(changed)
    assert "This has changed since you read it" in shown and "what staff must do" in shown
    assert "Morgan Manager changed the entry on 18 December 2026" in shown
    entry = Entry.objects.get()
    assert entry.removed_on is None and entry.kept_on is None
    again = press(client, where, on=changed, button="change")
    assert typed["reason"] in text(again), "what was typed is kept"
    done = press(client, where, typed, on=again, button=button)
    if page == "remove":
        done = press(client, where, on=done)
    assert done.status_code == 302 and (Entry.objects.get().removed_on or Entry.objects.get().kept_on)


def test_a_checked_removal_is_not_done_to_an_entry_that_changed_after_the_check(dog, staff):
    client, where = signed_in(staff.team_leader), address("remove", dog)
    checked = check(client, where, {"reason": "It has died."})
    assert "checked" in hidden(checked)
    builders.change(dog, staff.manager, "Shots were fired.", instructions=[ESCORT])
    assert press(client, where, on=checked).status_code == 409
    assert Entry.objects.get().removed_on is None


def test_an_unknown_button_does_nothing_and_keeps_what_was_typed(dog, staff):
    client = signed_in(staff.team_leader)
    for page in ("keep", "remove", "change"):
        shown = text(press(client, address(page, dog), {"reason": "It is “so”."}, button="anything"))
        assert "It is “so”." in shown
    entry = Entry.objects.get()
    assert (entry.removed_on, entry.kept_on) == (None, None)


def test_looking_again_is_sealed_too(provider, staff, resident):
    entry = builders.enter(provider, staff.team_leader, resident, told=False, not_told_reason="He would come.",
                           look_again_on=(NOON + timedelta(days=60)).date())  # fmt: skip
    client, where = signed_in(staff.team_leader), address("look_again", entry)
    old = client.get(where)
    builders.withhold(entry, staff.manager, "Still.", look_again_on=(NOON + timedelta(days=90)).date())
    assert press(client, where, {"told": "yes", "how": "By letter."}, on=old).status_code == 409
    assert not Entry.objects.get().resident_told


# What another has decided meanwhile


def test_an_old_form_does_not_pass_by_what_another_has_put_before_them():
    """Opened before the first had decided: the page says so, and then asks whether one agrees."""
    w = builders.with_entry(builders.world(builders.policy(acts.REMOVE, "2 of lead, head, chair")))
    client, where = signed_in(w.head), address("keep", w.entry)
    old = client.get(where)
    builders.keep(w.entry, w.lead, "It is there still.", review_on=None)
    changed = press(client, where, {"reason": "It is."}, on=old)
    assert changed.status_code == 409 and "what others have decided" in text(changed)
    assert f"{w.lead.name} decided on" in text(changed)
    again = press(client, where, on=changed, button="change")
    assert "Do you agree?" in text(again) and "It is." in text(again)


def test_who_agrees_has_seen_what_the_entry_would_say():
    """Between the page and the press the question was decided anew, and put with other orders."""
    w = builders.world(builders.policy(acts.ENTER, "2 of lead, head, chair"))
    act = builders.acts_for_table()[0]
    act.take(w, w.lead)
    question = Consideration.objects.get()
    where = reverse("register:consider", args=[question.pk])
    client = signed_in(w.head)
    old = client.get(where)
    entering.disagree(question.pk, by=w.chair, at=NOON, reasons="Too little.")
    new = builders.NewEntry(w.provider, "safety", resident=w.resident, **builders.SAYS | {"instructions": ["Ring."]})
    entering.answer(question.pk, Said("So.", what=entering.to_enter(new)), by=w.chair, at=NOON)
    changed = press(client, where, {"decision": "agree", "reason": "It is “needed”."}, on=old)
    assert changed.status_code == 409 and not Entry.objects.exists()
    assert "what others have decided" in text(changed)
    assert "It is “needed”." in text(press(client, where, on=changed, button="change"))


def test_a_question_that_somebody_answered_meanwhile_says_who():
    w = builders.world(builders.policy(acts.ENTER))
    version = w.provider.policy_version_on(NOON.date())
    question = entering.ask_to_consider(
        "safety", resident=w.resident, policy_version=version, because="restriction:X-000001",
        incidents=["I-000001"], case_ref="", at=NOON,
    )  # fmt: skip
    client, where = signed_in(w.head), reverse("register:enter_after", args=[question.pk])
    old = client.get(where)
    entering.answer(question.pk, Said("No.", what=entering.NOT_TO_ENTER), by=w.lead, at=NOON)
    late = press(client, where, {"reason": "It is."}, on=old)
    assert late.status_code == 409 and f"{w.lead.name} decided against an entry on 18 December 2026" in text(late)


def test_three_presses_put_one_entry_forward():
    w = builders.world(builders.policy(acts.ENTER, "2 of lead, head, chair"))
    client, where = signed_in(w.lead), reverse("register:add_resident", args=[w.resident.reference])
    opened = client.get(where)
    typed = {"incident": "I-000001", "risks": ["animal"], "instructions": "Ring first.", "ring": "", "shared": "no",
             "told": "yes", "reason": "It bit a man."}  # fmt: skip
    led_to = {press(client, where, typed, on=opened).headers["Location"] for _ in range(3)}
    assert led_to == {reverse("register:consider", args=[Consideration.objects.get().pk])}


def test_bad_input_loses_nothing_and_breaks_nothing(dog, staff):
    """Strange values in every field of every page: a page, never a 500."""
    client = signed_in(staff.team_leader)
    strange = {
        "reason": "\x00\u202e", "told": "maybe", "review_on_day": "99", "ring": "\u260e", "decision": "x",
        "took_part": ["0"],
    }  # fmt: skip
    for page in ("keep", "remove", "change"):
        for button in ("do", "check", "change", "", "delete"):
            answer = press(client, address(page, dog), strange, button=button)
            assert answer.status_code in (200, 302), (page, button)
    assert Entry.objects.get().removed_on is None
