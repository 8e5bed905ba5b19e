"""A provider's own words in its letters: used where they stand, kept as they were, and never in place of a fact."""

import html
import io
import re

import pikepdf
import pypdf
import pytest

from audit.models import Event
from letters import facts, models, render, services
from people import services as people
from people.models import Provider, Resident
from policies import shelf, wording
from policies.problems import PolicyProblems
from tests import factories, quick
from tests.factories import NOON
from tests.letters import standards
from tests.letters.builders import APPEAL, FACTS, INCIDENTS, TERMS, about

PROVIDERS = sorted(shelf.builtin())
TENANCY = "tenancy-enforcement-procedure"
SENT = [
    (slug, key, kind.key)
    for slug in PROVIDERS
    for kind in facts.KINDS.values()
    if (rule := facts.governing(shelf.read_builtin(slug), kind))
    for key in [rule.key]
]
# Words that say nothing at all, in every part of every letter.
EMPTY_WORDS = {
    key: "".join(f"[{part}]\nGood day to you.\n" for part in letter.parts) for key, letter in wording.LETTERS.items()
}
# Letters of which a policy that does not name them keeps the common wording.
RARE = {"reconsideration_outcome", "spoc_changed", "breach_warning", "legal_warning", "review_waived", "policy_moved"}
# What shows that an item of `says` is told: any one of these.
TOLD = {
    "behaviour": [INCIDENTS[1]["what"]],
    "expected": [FACTS["warning"]["expected"], "Keep to the limits.", "are to be kept until 18 June 2027"],
    "consequence": [each["consequence"] for each in FACTS.values() if "consequence" in each],
    "reason": [
        *{each["reasons"] for each in FACTS.values() if "reasons" in each},
        "because our policy asks us to act on it",
        "is not a working day for us",
        "why we decided on them",
        "We aim to write to you with the outcome",
    ],
    "arrangement": [
        TERMS[0]["words"], "still says what they are", "We have not limited how you can contact us",
        "in all the usual ways",
    ],
    "length": [
        "last day was 1 March 2027", "from 18 December 2026 to 18 June 2027", "from 19 June 2027 to 18 December 2027",
        "until 18 June 2027, which is the last day", "their last day, which is 18 June 2027", "how long they last",
    ],
    "review": [
        "We will review them on 18 June 2027", "We will review them again on 18 December 2027",
        "look at how things have gone on 5 March 2027", "we will do this on Monday 21 June 2027",
        "when we look at them again", "We look at them again at their end",
    ],
    "appeal": [
        "You can appeal against this decision", "lets you appeal against this decision", "Your appeal will be",
        "there is no appeal to us against it",
    ],
    "outcome": [
        "The limits stay for longer.", "The limits stay as they are.", "We have changed our decision in part.",
        "ill not review", "We aim to write to you with the outcome", "What has changed",
        "From now on you can contact us",
        FACTS["first_stage"]["agreed"], "What we have decided is what this letter tells you",
    ],
    "spoc": [
        "The person for you to contact is Sam Contact", "please contact Colin Cover", "We have not named one person",
        "how you can reach us",
    ],
    "adjustments": ["We would like to give you the chance to talk this over with us"],
    "late": ["is not a working day for us", "This review was later than it should have been."],
}  # fmt: skip


def on_policy(slug: str, words: dict[str, str] | None) -> tuple[Provider, factories.Staff, Resident]:
    """A provider on one of the five policies, with its own wording or with the words given."""
    provider = factories.running_on(slug, slug=slug, worded=words is None)
    if words:
        adopted = provider.policy_versions.get()
        renamed = {wording.letter_for(adopted.policy, key): text for key, text in words.items()}
        sends = {
            name: text
            for name, text in renamed.items()
            if name in adopted.policy.letters or not wording.LETTERS[name].asked_for
        }
        people.adopt_policy(
            provider, text=adopted.text, local=adopted.local_text, wording=sends, by_name="Head of Housing", at=NOON
        )
    staff = factories.staff(provider)
    return provider, staff, factories.resident(provider, staff.officer)


def requested(kind: str, to: Resident, by, **changed: object) -> models.Letter:
    """A letter of a kind, issued."""
    return services.request(kind, about(to, "restriction:X-000004"), given(kind, changed), by=by, at=NOON)


def shown(kind: str, to: Resident, by) -> str:
    """The text of a letter of a kind as its preview shows it, white space as one space: quicker than paper."""
    page = services.as_html(requested(kind, to, by), on=NOON.date())
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", page)).split())


def printed(kind: str, to: Resident, by, **changed: object) -> str:
    """The text of a letter of a kind as printed, white space as one space, without what stands at each page's foot."""
    letter = requested(kind, to, by, **changed)
    pdf, _ = render.letter(models.Letter.objects.get(pk=letter.pk))
    whole = " ".join(" ".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())
    return re.sub(rf" {to.provider.name}, L-\d{{6}} Page \d+ of \d+", "", whole)


def given(kind: str, changed: dict[str, object]) -> dict[str, object]:
    """Facts of a kind; those of a warning that is looked at again on a day and can be appealed."""
    more = {"review_on": "2027-03-05", "appeal_possible": True, "appeal": APPEAL}
    return FACTS[kind] | (more if kind in ("warning", "first_stage") else {}) | changed


@pytest.mark.proof
@pytest.mark.parametrize("words", [None, EMPTY_WORDS], ids=["own words", "empty words"])
@pytest.mark.parametrize(("slug", "key", "kind"), SENT)
def test_a_letter_tells_all_that_its_policy_wants_told_whatever_the_words(db, slug, key, kind, words):
    _, staff, resident = on_policy(slug, words)
    text = (shown if words or (slug != factories.DOVER and not quick.SOAK) else printed)(kind, resident, staff.officer)
    for item in shelf.read_builtin(slug).letters[key].says:
        assert any(told in text for told in TOLD[item.word]), (item.word, text)


def test_every_letter_of_the_five_policies_that_evenhand_writes_is_among_those(db):
    assert set(facts.KINDS) <= set(wording.LETTERS)
    for slug in PROVIDERS:
        policy = shelf.read_builtin(slug)
        worded = wording.read(shelf.letters(slug), policy)
        for key in policy.letters:
            assert (shelf.DATA / slug / shelf.LETTERS / f"{key}.txt").exists(), (slug, key)
        for letter in wording.LETTERS.values():
            named = any(letter.step in rule.on for rule in policy.letters.values())
            if not letter.asked_for and letter.key in facts.KINDS and letter.key != "warning":
                assert worded.of(letter.key) or (letter.key in RARE and not named), (slug, letter.key)


@pytest.mark.parametrize("kind", list(facts.KINDS))
def test_own_words_stand_in_place_of_the_common_ones_under_headings_that_stand_once(db, kind):
    """No letter begins twice, asks twice in other words, or has a heading twice."""
    words = {kind: "".join(f"[{part}]\nOur words on: {part}.\n" for part in wording.LETTERS[kind].parts)}
    policy = "northampton-partnership-homes" if wording.LETTERS[kind].asked_for else factories.DOVER
    _, staff, resident = on_policy(policy, words)
    shown = services.preview(kind, about(resident), given(kind, {}), on=NOON.date(), by=staff.officer)
    for part in wording.LETTERS[kind].parts:
        told = kind != "reconsideration_outcome" or part != "appeal"
        assert shown.count(f"Our words on: {part}.") == told, part
    headings = re.findall(r"<h\d[^>]*>(.*?)</h\d>", shown)
    assert len(headings) == len(set(headings)) and headings[0] == "Our words on: subject."
    for common in COMMON.get(kind, ()):
        assert common not in shown


COMMON = {
    "warning": ["We are writing to you about", "This letter is a written warning"],
    "restriction": ["we decided to limit how you contact us"],
    "review_outcome": ["We have reviewed"],
    "reconsideration_outcome": ["we received your request to look again", "We have done so"],
    "breach_warning": ["There are limits on how you contact us", "Keep to the limits"],
    "legal_warning": ["There are limits on how you contact us", "we may now take legal action", "Keep to the limits"],
    "spoc_changed": ["There are limits on how you contact us", "There is nothing else that you need to do"],
    "review_waived": ["There are limits on how you contact us", "We have decided that"],
    "policy_moved": ["We have a newer policy, and from today"],
}


@pytest.mark.parametrize(
    ("slug", "kind", "said"),
    [
        (
            TENANCY,
            "breach_warning",
            "keep to the arrangement from now on. The limits are to be kept until 18 June 2027",
        ),
        (TENANCY, "legal_warning", "considering legal action. This is about restriction X-000004. What happened"),
        (TENANCY, "spoc_changed", "and from which day. This is about restriction X-000004. Nothing else"),
        (
            TENANCY,
            "reconsideration_outcome",
            "on 1 February 2027 (our reference V-000003). The limits stay as they are.",
        ),
        ("homes-for-life", "review_waived", "after what happened. The limits protect a colleague who was hurt."),
    ],
)
def test_a_letter_on_a_running_restriction_is_in_the_words_of_its_policy(db, slug, kind, said):
    _, staff, resident = on_policy(slug, None)
    assert said in printed(kind, resident, staff.officer)


@pytest.mark.parametrize("kind", list(facts.KINDS))
def test_no_date_reference_or_law_is_worded_away(db, kind):
    """What the common wording tells of dates, references, the ombudsman and emergencies stands whatever words are."""
    facts_in = re.compile(
        r"\d{1,2} (?:[A-Z][a-z]+) \d{4}|[A-Z]-\d{6}|Housing Ombudsman Service|ring 999|https?://\S+|"
        r"clause [\d.]+|an? complaint will not be held against you|in large print, Easy Read, braille"
    )
    _, staff, resident = on_policy(factories.DOVER, {})
    common = set(facts_in.findall(printed(kind, resident, staff.officer))) - {"L-000001"}
    provider, adopted = resident.provider, resident.provider.policy_versions.get()
    words = {name: text for name, text in EMPTY_WORDS.items() if not wording.LETTERS[name].asked_for}
    words = {wording.letter_for(adopted.policy, name): text for name, text in words.items()}
    people.adopt_policy(
        provider, text=adopted.text, local=adopted.local_text, wording=words, by_name="Head of Housing", at=NOON
    )
    text = printed(kind, resident, staff.officer)
    missing = {fact for fact in common if fact not in text and not fact.startswith("L-")}
    assert missing == set()
    assert "18 December 2026" in common


def test_own_words_stand_in_their_places_with_the_facts_of_the_letter(db):
    _, staff, resident = on_policy("west-kent", None)
    text = printed("warning", resident, staff.officer)
    assert "Dear Rowan Resident, We are asking you to change how you contact us Most people who are cross" in text
    assert "We are not taking formal action." in text and "This letter is a written warning" not in text
    assert "This letter does not limit how you can contact us" in text
    assert "What happened Our team noted the following. 3 December 2026" in text
    assert "Here is what we would like you to do differently: Speak to us without shouting" in text
    assert "We would like to hear from you. Yours sincerely" in text


def test_a_placeholder_is_filled_in_and_words_that_name_what_is_not_there_are_left_out(db):
    words = {"restriction": "[opening]\nIt ends on {ends_on}.\n\n- Ask {contact}.\n- Appeal by {appeal_until}.\n"}
    _, staff, resident = on_policy(factories.DOVER, words)
    text = printed("restriction", resident, staff.officer, spoc=None)
    assert "It ends on 18 June 2027." in text and "Appeal by 19 January 2027." in text
    assert "{" not in text and "Ask ." not in text and "None" not in text
    assert "Ask Sam Contact." in printed("restriction", resident, staff.officer)


def test_a_part_that_names_only_what_is_not_there_gives_way_to_the_common_wording(db):
    words = {"restriction": "[opening]\nAsk {contact}.\n[subject]\nAbout {contact}\n"}
    _, staff, resident = on_policy(factories.DOVER, words)
    text = printed("restriction", resident, staff.officer, spoc=None)
    assert "We are limiting how you contact us On 18 December 2026 we decided" in text
    assert "About Sam Contact" in printed("restriction", resident, staff.officer)


def test_a_letter_keeps_the_words_with_which_it_was_drafted(db):
    provider, staff, resident = on_policy(factories.DOVER, {"warning": "[closing]\nThe old words.\n"})
    old = services.draft("warning", about(resident), FACTS["warning"], by=staff.officer, at=NOON)
    adopted = provider.policy_versions.order_by("-pk").first()
    people.adopt_policy(
        provider, text=adopted.text, local=adopted.local_text, wording={"warning": "[closing]\nThe new words.\n"},
        by_name="Head of Housing", at=NOON,
    )  # fmt: skip
    services.redraft(old.pk, facts=FACTS["warning"] | {"support": "Another number."}, by=staff.officer, at=NOON)
    services.issue(old.pk, by=staff.officer, at=NOON)
    issued = models.Letter.objects.get(pk=old.pk)
    assert issued.facts["frame"]["wording"] == {"closing": "The old words."}
    assert render.letter(issued)[0] == render.letter(models.Letter.objects.get(pk=old.pk))[0]
    assert "The old words." in services.as_html(issued, on=NOON.date())
    assert "The new words." in services.preview("warning", about(resident), FACTS["warning"], on=NOON.date())


def test_a_case_on_an_older_version_keeps_its_words(db):
    provider, staff, resident = on_policy(factories.DOVER, {"warning": "[closing]\nThe old words.\n"})
    first, second = provider.policy_versions.order_by("pk")
    assert (first.wording, list(second.wording)) == ({}, ["warning"])
    on, by = NOON.date(), staff.officer
    shown = services.preview("warning", about(resident, version=first), FACTS["warning"], on=on, by=by)
    assert "The old words." not in shown
    asked = {"on": on, "by": by, "policy_version": second}
    assert "The old words." in services.preview("warning", about(resident, version=first), FACTS["warning"], **asked)
    assert first.digest != second.digest


def test_a_letter_in_own_words_is_pdf_ua_and_pdf_a_with_its_own_title(db):
    words = {"warning": "[subject]\nHow you speak to us\n[closing]\nGood day, {resident}.\n\n- One\n- Two\n- Three\n"}
    provider, staff, _ = on_policy(factories.DOVER, words)
    rania = factories.resident(provider, staff.officer, "رانيا الحسن", emails=())
    letter = services.request("warning", about(rania), FACTS["warning"], by=staff.officer, at=NOON)
    letter = models.Letter.objects.get(pk=letter.pk)
    pdf, _ = render.letter(letter)
    assert standards.faults(pdf) == []
    with pikepdf.open(io.BytesIO(pdf)) as file, file.open_metadata(update_docinfo=False) as said:
        assert said["dc:title"] == f"How you speak to us, {letter.reference}"
    assert "Good day, <bdi>رانيا الحسن</bdi>." in services.as_html(letter, on=NOON.date())


def test_what_is_filled_in_is_text_and_is_not_read_again(db):
    words = {"warning": "[closing]\nGood day, {resident}.\n"}
    provider, staff, _ = on_policy(factories.DOVER, words)
    odd = factories.resident(provider, staff.officer, "{phone} <b>Bo</b> {% now %}", emails=())
    shown = services.preview("warning", about(odd), FACTS["warning"], on=NOON.date())
    assert "Good day, <bdi>{phone} &lt;b&gt;Bo&lt;/b&gt; {% now %}</bdi>." in shown


def test_a_policy_is_not_adopted_with_words_that_have_a_problem(db):
    provider = factories.dover()
    adopted = provider.policy_versions.get()
    with pytest.raises(PolicyProblems, match=r"letters/warnin.txt.*Did you mean"):
        people.adopt_policy(
            provider, text=adopted.text, local=adopted.local_text, wording={"warnin": "[closing]\nGood day.\n"},
            by_name="Head of Housing", at=NOON,
        )  # fmt: skip
    assert provider.policy_versions.count() == 1


def test_a_new_version_goes_on_with_the_words_of_the_last_as_far_as_it_has_those_letters(db):
    provider = factories.running_on("west-kent", slug="west-kent")
    adopted = provider.policy_versions.get()
    text = adopted.text.replace("[letter.adjust]", "[letter.request]").replace("2026-09-01", "2026-12-01")
    newer = people.adopt_policy(provider, text=text, by_name="Head of Housing", at=NOON)
    assert set(newer.wording) == set(adopted.wording) - {"adjust"}
    told = Event.objects.filter(verb="policy.adopted").order_by("-pk").first().facts
    assert told["letters_left_out"] == ["adjust"] and "formal" in told["letters"]
    bare = people.adopt_policy(provider, text=text, wording={}, by_name="Head of Housing", at=NOON)
    assert bare.wording == {} and bare.digest != newer.digest
