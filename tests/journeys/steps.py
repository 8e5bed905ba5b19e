"""What people do in the browser, step by step, as journeys share it. Nothing here reaches past the page."""

import re
from datetime import date

from people.models import Resident
from tests.journeys.conftest import Desk

EXPECTED = "Ring us without shouting, and let the person who answers finish."
ORDERS = ["Do not visit alone.", "Ring the office before you go in."]
REASONS = "He shouted at three colleagues, and the letter of warning changed nothing."
LESS = "A call-back scheme and a meeting were offered; both were refused."
NEEDS = "No needs are known; we asked on the phone and by letter."


def name_of(at: Desk) -> str:
    """The reference in the address that stands open, such as X-000004."""
    found = re.search(r"/([A-Z]+-\d+)/", at.path)
    assert found, at.path
    return found.group(1)


def write_incident(
    at: Desk,
    resident: Resident,
    *,
    facts: str,
    on: date | None = None,
    warnings: int = 0,
    went_on: bool = False,
    danger: bool = False,
    words_used: str = "",
) -> Desk:
    """Fill in the page on which an incident is logged, finding the resident by name and postcode."""
    at.go("/").follow("Log an incident")
    at.says("Anyone in danger now? Ring 999 first.")
    at.fill("What happened", facts).fill("Words used, exactly", words_used)
    at.fill("Name, address, postcode or phone number", f"{resident.name.split()[0]} CT16")
    at.press("Find the person").answer("Which person?", resident.name)
    at.answer("Their part in it", "Whose behaviour it was")
    if on is None:
        at.answer("When did it happen?", "Just now")
    else:
        at.answer("When did it happen?", "Another day").date("Which day?", on)
    at.answer("Where did it happen?", "On the phone")
    at.fill("How many warnings did you give?", str(warnings))
    if warnings:
        at.answer("Did it go on after the last warning?", "Yes" if went_on else "No")
    return at.answer("Was anyone threatened, hurt or intimidated?", "Yes" if danger else "No")


def log_incident(at: Desk, resident: Resident, **happened: object) -> str:
    """Log an incident; returns its reference. An incident of the same day is said to be a different one."""
    write_incident(at, resident, **happened).press("Save incident")
    if "/same/" in at.path:
        at.answer("Is this the same incident?", "No, it is a different incident").press("Save")
    at.says("Incident saved")
    return name_of(at)


def draft_warning(
    at: Desk,
    case: str,
    *,
    expected: str = EXPECTED,
    link: str = "Draft a warning letter",
    agreed: str = "",
    again_on: date | None = None,
) -> str:
    """Draft a letter on everything that happened; returns its reference.

    `agreed` is what came of the conversation, `again_on` when it is looked at again, where the policy wants that told.
    """
    at.go(f"/cases/{case}/").follow(link)
    for box in at.page.get_by_role("group", name="What happened").first.locator("input[name=incidents]").all():
        at.tick(box)
    at.fill("What must change", expected)
    if agreed:
        at.fill("What came of the conversation", agreed)
    if again_on:
        at.date("When do you look at it again?", again_on)
    at.press("Preview the letter")
    at.says("Check before you", expected)
    return name_of(at)


def settle(at: Desk, case: str, page: str, *, reasons: str) -> Desk:
    """Decide by name what the policy leaves open before a warning letter (`settle`) or before a restriction."""
    at.go(f"/cases/{case}/{page}/").fill("Your reasons", reasons)
    return at.press("Decide that it goes on").says("It is decided that")


def answer_what_is_asked(at: Desk, case: str, key: str, *, words: str) -> Desk:
    """Answer a question that the policy asks before a step."""
    at.go(f"/cases/{case}/asked/{key}/").write(at.page.locator("textarea[name=words]"), words)
    return at.press("Save your answer").says("Your answer is recorded.")


def assess_equality(at: Desk, case: str, *, words: str) -> Desk:
    """Assess what a decision would mean for this person."""
    at.go(f"/cases/{case}/equality/").write(at.page.locator("textarea[name=words]"), words)
    return at.press("Record the assessment").says("The equality impact assessment is recorded.")


def issue_letter(author: Desk, decider: Desk, letter: str, *, considered: str = "") -> None:
    """Send a letter for approval, and have somebody else issue it."""
    author.press("Send for approval").says("The letter is sent for approval.")
    decider.go(f"/warnings/{letter}/")
    if considered:
        decider.fill("What else you considered", considered)
    decider.press("Issue this letter").says(letter)


def assess_risk(at: Desk, case: str) -> Desk:
    """Assess the risk."""
    at.go(f"/cases/{case}/risk/")
    at.answer("How severe was what happened?", "Medium").answer("What risk is there in future?", "Medium")
    at.fill("Who is at risk?", "Those who answer the phone")
    at.fill("What did you consider?", "Three calls in two weeks, each louder than the last.")
    at.fill("What keeps people safe?", "Two people at the desk")
    return at.press("Record the assessment").says("The risk assessment is recorded.")


def start_proposal(at: Desk, case: str) -> str:
    """Begin a proposal; returns the restriction's reference."""
    at.go(f"/cases/{case}/restrictions/").press("Propose a restriction")
    return name_of(at)


def write_evidence(at: Desk, restriction: str, *, extreme: str = "", why: str = "") -> Desk:
    """The part on evidence: every incident; with `extreme`, the reason for leaving out the usual stages."""
    at.go(f"/restrictions/{restriction}/proposal/evidence/")
    for box in at.page.locator("input[name=incidents]").all():
        at.tick(box)
    at.fill("What these incidents show", "The same behaviour, three times in two weeks.")
    if extreme:
        at.answer("Are the usual stages left out?", "Yes").fill("Why the usual stages are left out", extreme)
        at.answer("Have the police been told?", "Yes")
        for box in at.page.locator("[name^=answer_]").all():
            at.write(box, why)
    return at.press("Save evidence")


def write_risk_and_needs(at: Desk, restriction: str) -> Desk:
    """The parts on risk and on needs."""
    at.go(f"/restrictions/{restriction}/proposal/risk/")
    at.tick(at.page.locator("input[name=assessment]").first)
    at.press("Use this assessment")
    at.go(f"/restrictions/{restriction}/proposal/needs/").fill("How needs were taken into account", NEEDS)
    return at.answer("Does it touch an agreed adjustment?", "No").press("Save needs and adjustments")


def write_terms(
    at: Desk,
    restriction: str,
    *,
    orders: list[str] = ORDERS,
    contractors: bool = True,
    not_told: str = "",
    look_again_on: date | None = None,
    risks: tuple[str, ...] = ("Threats", "Abuse"),
    register: bool = True,
    contact: str = "",
) -> Desk:
    """The three pages on terms: no telephone, e-mail once a week, the rest open; orders; who sees the entry, if any.

    `contact` is the colleague through whom everything goes.
    """
    at.go(f"/restrictions/{restriction}/proposal/terms/")
    at.answer("Telephone", "Not used").answer("E-mail", "Limited")
    at.answer("One named person for all contact?", "Yes" if contact else "No")
    at.answer("Another term, in your own words?", "No").press("Save the channels")
    at.fill("E-mail: what is the limit?", "One message a week, on Mondays.")
    if contact:
        at.page.get_by_label("Who is the single point of contact?").select_option(label=contact)
        at.fill("How and when to reach this person", "By letter, or by e-mail on Mondays.")
    at.press("Save the limits")
    at.fill("What must staff do?", "\n".join(orders))
    at.answer("Do contractors see this?", "Yes" if contractors else "No")
    if not register:
        return at.press("Save terms")
    at.answer("Which risks should staff know of?", *risks)
    at.answer("Is the resident told of the register entry?", "No" if not_told else "Yes")
    if not_told and look_again_on:
        at.fill("Why the resident is not told", not_told).date("When this is looked at again", look_again_on)
    return at.press("Save terms")


def write_length(at: Desk, restriction: str, months: int) -> Desk:
    """The part on length."""
    at.go(f"/restrictions/{restriction}/proposal/length/")
    at.fill("How many months does it last?", str(months))
    return at.press("Save length")


def write_less(at: Desk, restriction: str, *, reasons: str = REASONS, less: str = LESS) -> Desk:
    """Why a restriction, and why not less."""
    at.go(f"/restrictions/{restriction}/proposal/less/").fill("Why a restriction is needed", reasons)
    return at.fill("What less was considered", less).press("Save reasons")


def propose(at: Desk, restriction: str) -> Desk:
    """Check and propose."""
    at.go(f"/restrictions/{restriction}/proposal/").follow("Check and propose")
    return at.press("Propose the restriction").says("Restriction proposed", restriction)


def write_proposal(at: Desk, case: str, *, months: int = 6, **terms: object) -> str:
    """A whole proposal, put before a decider; returns its reference."""
    restriction = start_proposal(at, case)
    write_parts(at, restriction, months=months, **terms)
    propose(at, restriction)
    return restriction


def write_parts(at: Desk, restriction: str, *, months: int = 6, **terms: object) -> None:
    """Every part of a proposal that each policy asks for."""
    write_evidence(at, restriction)
    write_risk_and_needs(at, restriction)
    write_terms(at, restriction, **terms)
    write_length(at, restriction, months)
    write_less(at, restriction)


def check_imposing(at: Desk, restriction: str, *, reasons: str, considered: str, not_done: str) -> Desk:
    """Decide to impose as proposed, up to the page on which it is checked."""
    at.go(f"/restrictions/{restriction}/decide/").answer("What do you decide?", "Impose as proposed")
    at.fill("Your reasons", reasons).fill("What else you considered", considered)
    at.fill("What you decided not to do", not_done).press("Check your decision")
    return at.says("Check before you impose", "When you impose:")


def find_card(at: Desk, typed: str, purpose: str = "I am visiting") -> Desk:
    """Check the register: type, tap, tap."""
    at.go("/register/").write(at.page.get_by_role("searchbox"), typed)
    at.press("Check")
    return at.press(purpose)


def find_card_for_job(at: Desk, typed: str, job: str = "J-1042", purpose: str = "I am visiting") -> Desk:
    """Check the register as a contractor's people do: type, say why and for which job, look."""
    at.go("/register/").write(at.page.get_by_role("searchbox"), typed)
    at.press("Check").answer("Why are you looking?", purpose)
    return at.fill("Number of the job or the visit", job).press("Look")


def lodge_appeal(at: Desk, case: str, key: str, *, words: str, received_on: date, window: str = "In time") -> str:
    """Record an appeal that came by e-mail against the decision of a reference; returns its own reference.

    The check says whether it came within the window.
    """
    at.go(f"/cases/{case}/appeals/against/{key}/").answer("Who appeals?", "The resident")
    at.answer("How did it come?", "E-mail").date("When was it received?", received_on)
    at.fill("What do they say?", words).press("Check the appeal")
    at.says("Check before you lodge the appeal", window).press("Lodge the appeal").says("Appeal lodged")
    return name_of(at)


def decide_appeal(
    at: Desk, appeal: str, outcome: str, *, reasons: str, considered: str, not_done: str = "", heard: str = ""
) -> Desk:
    """Decide an appeal, up to the page on which it is checked; `heard` is why, where the policy sets no window."""
    at.go(f"/appeals/{appeal}/").follow("Decide the appeal")
    if heard:
        at.fill("Why the appeal is heard", heard)
    at.says("The file on", "Since then").answer("What do you decide?", outcome)
    at.fill("Your reasons", reasons).fill("What you considered", considered)
    at.fill("What you decided not to do", not_done).press("Check your decision")
    return at.says("Check before you decide the appeal")
