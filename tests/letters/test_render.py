"""The PDF: readable, accessible, fit to be kept, the same each time, and with the right words of every kind."""

import io
from datetime import UTC, datetime

import pikepdf
import pypdf
import pytest

from letters import facts, models, render, services
from people.models import Resident
from tests.letters import standards
from tests.letters.builders import FACTS, INCIDENTS, about

KINDS = list(facts.KINDS)


def read(pdf: bytes) -> str:
    """The text of a PDF, each run of white space as one space."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(one.extract_text() for one in pages).split())


@pytest.fixture
def printed(issued):
    """The text of an issued letter as printed."""

    def words(kind: str, **changed: object) -> str:
        letter = issued(kind, **changed)
        return read(render.letter(models.Letter.objects.get(pk=letter.pk))[0])

    return words


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_pdf_ua_and_pdf_a_and_the_same_each_time(issued, kind):
    letter = models.Letter.objects.get(pk=issued(kind).pk)
    pdf, pages = render.letter(letter)
    again, _ = render.letter(models.Letter.objects.get(pk=letter.pk))
    assert pdf == again
    assert pages == len(pypdf.PdfReader(io.BytesIO(pdf)).pages)
    assert standards.faults(pdf) == []
    with pikepdf.open(io.BytesIO(pdf)) as file:
        assert file.Root.MarkInfo.Marked
        assert str(file.Root.Lang) == "en-GB"
        assert file.Root.ViewerPreferences.DisplayDocTitle
        with file.open_metadata(update_docinfo=False) as about:
            assert about["pdfuaid:part"] == "1"
            assert (about["pdfaid:part"], about["pdfaid:conformance"]) == ("3", "A")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_who_to_whom_when_and_what_to_do(printed, kind):
    words = printed(kind)
    for said in (
        "Dover District Council",
        "White Cliffs Business Park",
        "Rowan Resident 12 Marine Parade Dover CT16 1LW",
        "18 December 2026 Our reference: L-",
        "Dear Rowan Resident,",
        facts.KINDS[kind].title,
        "If you need this letter in another way, or need help",
        "large print, Easy Read, braille",
        "Yours sincerely Terry Leader Senior Officer Dover District Council",
        "Page 1 of",
    ):
        assert said in words


EXPECTED = {
    "first_stage": [
        "This is the first step of our policy, and it is not a written warning. It does not limit how you can",
        "What came of our conversation You told us what had made you angry",
        "3 December 2026, by phone (our reference I-000001)",
        "Speak to us without shouting",
        "If it happens again, we may send you a written warning.",
        "This is in clause 4.1 of our policy.",
        "There is no separate appeal against this letter",
    ],
    "warning": [
        "This letter is a written warning. It does not limit how you can contact us",
        "3 December 2026, by phone (our reference I-000001)",
        "You shouted for ten minutes",
        "Speak to us without shouting",
        "If it happens again, we may limit how you can contact us.",
        "This is in clause 6.13 of our policy.",
        "There is no separate appeal against this letter",
        "Housing Ombudsman Service",
    ],
    "restriction": [
        "On 18 December 2026 we decided to limit how you contact us, under our policy, “Managing Unacceptable",
        "The limits start on 18 December 2026.",
        "Their last day is 18 June 2027 (6 months).",
        "You can phone us once a week, on Tuesdays.",
        "Sam Contact, phone 01304 111111",
        "reports of hazards in the home",
        "ring 999",
        "This decision follows restriction X-000001, which we wrote to you about before.",
        "large print. That stays.",
        "Staff Risk & Unacceptable Behaviour Register",
        "You can appeal against this decision (clause 6.34 of our policy). The last day to appeal is Tuesday 19",
        "decided by a Manager, who will not be the person who made this decision",
        "housing@dover.gov.uk",
        "A complaint is separate from an appeal.",
        "whatever the limits in this letter",
    ],
    "restriction_varied": ["take the place of those in restriction X-000003", "You can now also phone us."],
    "restriction_extended": ["They follow on from restriction X-000003", "The last day is later: 18 June 2027."],
    "restriction_lifted": [
        "Their last day was 1 March 2027. From now on you can contact us in all the usual ways.",
        "There have been no incidents for ten weeks.",
        "We have removed the entry",
    ],
    "appeal_acknowledgement": [
        "We received it on 4 January 2027. Its reference is A-000002.",
        "It reached us in time.",
        "by Monday 18 January 2027",
        "The limits stay in force while we look at your appeal.",
    ],
    "appeal_outcome": [
        "We have changed our decision in part.",
        "You can phone us once a week",
        "12 January 2027 to 18 June 2027",
        "This decision is final: there is no further appeal to us.",
        "Housing Ombudsman Service",
    ],
    "review_outcome": [
        "The limits stay for longer.",
        "19 June 2027 to 18 December 2027, which is the last day",
        "This review was later than it should have been. The reason:",
        "The last day to appeal is Friday 16 July 2027",
    ],
    "reconsideration_outcome": [
        "On 1 February 2027 we received your request to look again",
        "The limits stay as they are.",
        "This decision is final: there is no appeal to us against it.",
    ],
    "breach_warning": [
        "They have not been kept. This letter says what happened",
        "You can phone us once a week",
        "until 18 June 2027, which is the last day",
        "we may send you a legal warning",
        "ring 999",
    ],
    "legal_warning": ["we may now take legal action", "We may ask a court to order you", "a law centre"],
    "spoc_changed": [
        "The person for you to contact is away for a time.",
        "From 1 March 2027 to 12 March 2027 please contact Colin Cover, phone 01304 222222",
        "After that, please contact Sam Contact again",
        "Ring on weekdays between 10am and midday.",
    ],
    "review_waived": [
        "we will not review them before their last day, which is 18 June 2027",
        "The limits protect a colleague who was hurt.",
        "We look at them again at their end.",
    ],
    "policy_moved": [
        "What changes for you with our newer policy",
        "on 18 June 2027. We will do so sooner, on 18 March 2027.",
        "The last day to appeal is Tuesday 19 January 2027. We told you 5 January 2027: you have longer now.",
        "Your appeal will be decided by a Manager",
        "Who can see it now: Housing Officers.",
    ],
    "late_review_notice": ["We were to review them on 19 June 2027.", "Monday 21 June 2027 instead", "Saturday"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_words_of_each_kind(printed, kind):
    words = printed(kind)
    for said in EXPECTED[kind]:
        assert said in words


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("upheld", "We have upheld your appeal."),
        ("dismissed", "We have dismissed your appeal: our decision stays as it was."),
        ("out_of_time", "because it reached us after the last day for an appeal"),
    ],
)
def test_each_outcome_of_an_appeal(printed, outcome, said):
    words = printed("appeal_outcome", outcome=outcome, terms=None, starts_on=None, ends_on=None, next=None, final=None)
    assert said in words
    assert "These are the limits now" not in words
    assert "final" not in words
    assert "you can ask the Housing Ombudsman Service to look into it" in words


def test_an_appeal_that_came_too_late_is_told_of_no_last_day_where_the_policy_sets_none(printed):
    how = {"terms": None, "starts_on": None, "ends_on": None, "next": None, "final": None}
    words = printed("appeal_outcome", outcome="out_of_time", no_last_day=True, **how)
    assert "because it reached us too late." in words and "last day for an appeal" not in words


@pytest.mark.parametrize(
    ("outcome", "said"), [("lift", "The limits end."), ("vary", "The limits change."), ("keep", "stay as they are")]
)
def test_each_outcome_of_a_review(printed, outcome, said):
    words = printed("review_outcome", outcome=outcome, appeal=None, late=False, late_reason="")
    assert said in words
    assert "appeal" not in words
    assert "later than it should" not in words


@pytest.mark.parametrize(("in_time", "said"), [(False, "after the last day"), (None, "still to be decided")])
def test_an_acknowledgement_says_whether_the_appeal_is_late(printed, in_time, said):
    assert said in printed("appeal_acknowledgement", in_time=in_time, answer_by=None, answer_explained="")


def test_a_resident_who_is_not_told_of_the_register_does_not_read_of_it(printed):
    """Dover 6.33: on some occasions they are not told."""
    told = {"name": "Staff Risk Register", "told": False, "who_sees": "staff", "until": None}
    assert "egister" not in printed("restriction", register=told)


def test_no_clause_is_cited_that_the_policy_does_not_have(printed):
    appeal = FACTS["restriction"]["appeal"] | {"clause": "Local rule", "until": None, "explained": ""}
    words = printed("restriction", appeal=appeal, review_explained="")
    assert "clause" not in words.lower()
    assert "Our policy names no last day for an appeal. Appeal as soon as you can." in words


def test_where_a_policy_can_be_read_in_more_ways_the_day_that_is_safe_by_each_is_told(printed):
    """Tenancy Enforcement Procedure 11: 14 days, of which kind is unsaid."""
    left_open = {"until": None, "safe_until": "2027-01-01", "clause": "s11", "explained": "Within what time. No date."}
    words = printed("restriction", appeal=FACTS["restriction"]["appeal"] | left_open)
    assert "(section 11 of our policy)" in words and "Within what time" not in words
    assert "If you appeal by Friday 1 January 2027, you are in time whichever way it is read." in words


def test_the_last_day_of_an_appeal_against_a_draft_is_still_to_come(printed):
    to_come = {"until": None, "set_at_issue": True, "explained": "28 days"}
    words = printed("warning", appeal_possible=True, appeal=FACTS["restriction"]["appeal"] | to_come)
    assert "The last day is worked out when this letter is issued." in words
    assert "no last day" not in words and "28 days" not in words


def test_the_extreme_path_is_explained(printed):
    words = printed("restriction", extreme=True, follows="")
    assert "We did not send you a written warning first, because of how serious this was." in words
    assert "which we wrote to you about before" not in words


@pytest.mark.parametrize("lines", range(8))
def test_nobody_signs_on_a_page_of_its_own(issued, lines):
    """However long the letter, what stands above the signature goes with it onto the last page."""
    reasons = "\n".join(["The limits protect a colleague."] * (1 + 3 * lines))
    pdf, _ = render.letter(models.Letter.objects.get(pk=issued("review_waived", reasons=reasons).pk))
    last = pypdf.PdfReader(io.BytesIO(pdf)).pages[-1].extract_text()
    assert "Yours sincerely" in last and not last.strip().startswith("Yours sincerely")


def test_large_print_is_large(issued, resident):
    standard, few = render.letter(models.Letter.objects.get(pk=issued("restriction").pk))
    Resident.objects.filter(pk=resident.pk).update(preferred_format=Resident.Format.LARGE, preferred_language="Polish")
    resident.refresh_from_db()
    large, many = render.letter(models.Letter.objects.get(pk=issued("restriction").pk))
    assert many > few
    assert "You asked us for large print" in read(large)
    assert "the language you prefer is Polish" in read(large)
    assert standards.faults(large) == []
    assert "Polish" not in read(standard)


def test_another_format_is_acknowledged(printed, resident):
    Resident.objects.filter(pk=resident.pk).update(preferred_format=Resident.Format.BRAILLE)
    resident.refresh_from_db()
    assert "You asked us for letters in this format: Braille." in printed("warning")


def test_emoji_other_scripts_and_long_words_survive(issued):
    odd = (
        "😀👍🏽 שלום \u200fעולם\u200e العربية नमस्ते বাংলা ਪੰਜਾਬੀ ગુજરાતી தமிழ் 中文 日本語 ελληνικά Ωμέγα <b>&amp; “q” x"
        + "y" * 300
    )
    incidents = [INCIDENTS[0] | {"what": odd}]
    pdf, _ = render.letter(models.Letter.objects.get(pk=issued("warning", incidents=incidents).pk))
    words = read(pdf)
    for said in ("😀", "שלום", "עולם", "中文", "日本語", "ελληνικά", "<b>&amp;", "“q”"):
        assert said in words or said[::-1] in words
    assert standards.faults(pdf) == []


def test_what_no_typeface_can_draw_is_named_by_its_number():
    assert render.spell_out("a\U00013000b\U0010ffff") == "a[U+13000]b[U+10FFFF]"
    kept = "👨\u200d👩\u200d👧 naïve\u00ad \u2066x\u2069 ﷺ\ufe0f\n\t"
    assert render.spell_out(kept) == kept


def test_ten_thousand_characters_are_all_printed(issued):
    long = " ".join(f"word{number}" for number in range(1200))[:10_000]
    pdf, pages = render.letter(models.Letter.objects.get(pk=issued("warning", expected=long).pk))
    words = read(pdf)
    assert pages > 2
    assert all(f"word{number} " in words for number in range(1000))


def test_nothing_is_fetched(tmp_path):
    secret = tmp_path / "secret.svg"
    secret.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    for address in ("https://example.org/a.png", secret.as_uri(), "data:image/png;base64,AA=="):
        with pytest.raises(render.NothingFetched):
            render.pdf(
                f'<html lang="en"><head><title>x</title></head><body><img alt="x" src="{address}"></body></html>'
            )


def test_typed_markup_stays_text(issued):
    incidents = [INCIDENTS[0] | {"what": '<img src="https://example.org/x.png"><script>alert(1)</script>'}]
    pdf, _ = render.letter(models.Letter.objects.get(pk=issued("warning", incidents=incidents).pk))
    assert "<script>alert(1)</script>" in read(pdf)


def test_the_environment_is_left_as_it_was(monkeypatch):
    import os

    monkeypatch.setenv("FONTCONFIG_FILE", "/somewhere")
    render._typesetter.cache_clear()
    render._typesetter()
    assert os.environ["FONTCONFIG_FILE"] == "/somewhere"
    render._typesetter.cache_clear()


def test_only_our_own_typefaces_are_used(issued):
    pdf, _ = render.letter(models.Letter.objects.get(pk=issued("restriction").pk))
    with pikepdf.open(io.BytesIO(pdf)) as file:
        named = {str(font.BaseFont).partition("+")[2] for one in file.pages for font in one.Resources.Font.values()}
    assert named == {"Noto-Sans", "Noto-Sans-Bold"}


def test_the_preview_says_what_will_be_printed(resident, staff):
    on = datetime(2026, 12, 18, tzinfo=UTC).date()
    words = services.preview("restriction", about(resident), FACTS["restriction"], on=on, by=staff.team_leader)
    assert '<h2 class="letter__title">We are limiting how you contact us</h2>' in words
    assert "18 December 2026" in words
    assert "Terry Leader" in words
    assert "Name of whoever issues this letter" in services.preview("warning", about(resident), FACTS["warning"], on=on)


def test_a_stream_that_ends_in_an_end_of_line_is_as_long_as_it_says_and_a_false_length_is_found():
    file, written = pikepdf.new(), io.BytesIO()
    file.add_blank_page().Contents = file.make_stream(b"q Q\n")
    file.save(written, compress_streams=False)
    assert not [one for one in standards.faults(written.getvalue()) if "length" in one.lower()]
    wrong = written.getvalue().replace(b"/Length 4", b"/Length 2")
    assert wrong != written.getvalue()
    assert [one for one in standards.faults(wrong) if "length" in one.lower()]
