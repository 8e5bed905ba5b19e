"""Verbs of letters: draft, redraft, submit, send back, issue, withdraw, request, preview; and notices to staff.

Sending stands apart, in `letters.services.outbox`. Each verb runs in one transaction with what it records; nothing is
rendered or sent from a request: what is to go is a row first, and a worker is told once the transaction holds.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Protocol

from django.db import transaction
from django.utils.safestring import SafeString

from audit import services as audit
from design.dates import day_of
from letters import facts as kinds
from letters import paper, permissions
from letters.models import Dispatch, Letter, Notice
from letters.services import outbox, within
from people.models import PolicyVersion, Provider, Resident, User
from people.references import next_reference
from policies.policy import Policy
from policies.rules import Rule, need

REASONS_NEEDED = Rule("evenhand", text="Whoever hands something back says why.")


class Subject(audit.Subject, Protocol):
    """What a letter is about: it knows where it stands on the trail, to whom it is, and by which version of the policy.

    A case, a restriction, a review, an appeal.
    """

    @property
    def resident(self) -> Resident: ...

    @property
    def policy_version(self) -> PolicyVersion: ...


def frame_facts(provider: Provider, policy: Policy, resident: Resident | None = None) -> dict[str, Any]:
    """What every letter states about the provider, its policy and the ombudsman; `draft` adds it by itself."""
    return paper.frame_facts(provider, policy, resident)


def channels_for(kind: kinds.Kind, policy: Policy, to: Resident) -> list[tuple[str, str]]:
    """By which ways a letter goes, with the address of each: always on paper, and by e-mail where that is asked for.

    It is asked for where the policy names e-mail for this letter (Dover 6.12, 6.15, 6.19: by post and, where
    possible, by e-mail), or where the resident reads letters by e-mail. "Possible" means that an address is recorded
    and marked safe. Where the policy is silent on the way, paper it is: Evenhand's rule, because everybody can be
    reached by it. A resident without a postal address is handed the paper.
    """
    address = "\n".join([to.name, *(paper.address_lines(to) or ["By hand"])])
    channels = [(str(Dispatch.Channel.PRINT), address)]
    rule = kinds.governing(policy, kind)
    named = {item.word for item in rule.sent} if rule else set()
    email = paper.safe_email(to)
    if email and ("email" in named or to.preferred_format == Resident.Format.EMAIL):
        channels.append((str(Dispatch.Channel.EMAIL), email))
    return channels


def goes_to(letter: Letter, policy: Policy) -> dict[str, Any]:
    """To whom and by which ways a letter that is not issued yet would go now."""
    ways = channels_for(kinds.kind_of(letter.kind), policy, letter.resident)
    return paper.addressee(letter.resident) | {"ways": [list(way) for way in ways]}


@transaction.atomic
def draft(
    kind: str,
    subject: Subject,
    facts: Mapping[str, Any],
    *,
    by: User,
    at: datetime,
) -> Letter:
    """Draft a letter from a snapshot of facts, which do not change any more when what they tell of does.

    It goes to the resident of its subject, by the version of the policy that holds there. Raises `FactsWrong`, naming
    every problem, when the facts do not fit the kind; `NotPermitted` when `by` does not work on the provider's cases.
    """
    to, trail, version = subject.resident, subject.trail, subject.policy_version
    permissions.check_can_draft(by, to.provider)
    spec = kinds.kind_of(kind)
    spec.check(facts)
    frame = paper.frame_facts(to.provider, version.policy, to) | paper.worded(kind, version)
    ways = [channel for channel, _ in channels_for(spec, version.policy, to)]
    letter = Letter.objects.create(
        provider=to.provider,
        resident=to,
        reference=next_reference("letter"),
        kind=kind,
        about=trail.about,
        case_ref=trail.case,
        facts={**facts, "frame": frame | {"policy_version": version.pk, "ways": ways}},
        drafted_by=by,
        drafted_at=at,
    )
    audit.record("letter.drafted", subject=letter, by=by, at=at, facts={"kind": kind, "about": letter.about})
    return letter


def _locked(letter_id: int) -> Letter:
    rows = Letter.objects.select_for_update(of=("self",)).select_related("provider", "resident__provider", "drafted_by")
    return rows.get(pk=letter_id)


@transaction.atomic
def redraft(letter_id: int, *, facts: Mapping[str, Any], by: User, at: datetime) -> Letter:
    """Write a draft anew. A letter that waits for approval or has been issued keeps its words."""
    letter = _locked(letter_id)
    permissions.check_can_change(by, letter)
    letter.redraft()
    kinds.kind_of(letter.kind).check(facts)
    letter.facts = {**facts, "frame": letter.facts["frame"]}
    letter.save()
    audit.record("letter.redrafted", subject=letter, by=by, at=at)
    return letter


@transaction.atomic
def submit(letter_id: int, *, by: User, at: datetime) -> Letter:
    """Send a draft for approval."""
    letter = _locked(letter_id)
    permissions.check_can_change(by, letter)
    letter.submit()
    letter.save()
    audit.record("letter.submitted", subject=letter, by=by, at=at)
    return letter


@transaction.atomic
def send_back(letter_id: int, *, by: User, at: datetime, reasons: str) -> Letter:
    """Hand a letter back to its author. Raises `RuleBroken` without reasons."""
    letter = _locked(letter_id)
    permissions.check_can_issue(by, letter)
    letter.send_back()
    need(reasons, "Enter why you are handing the letter back", "reasons", REASONS_NEEDED)
    letter.save()
    audit.record("letter.returned", subject=letter, by=by, at=at, words={"reasons": reasons})
    return letter


@transaction.atomic
def issue(letter_id: int, *, by: User, at: datetime, known: Mapping[str, Any] | None = None) -> Letter:
    """Sign a letter off: from here its words, its date and its addressee never change, and it will be sent.

    The rows of the outbox are made in the same transaction; a worker is told once it holds. The address and the format
    are those of this moment, since a resident may have moved after the draft. Who may decide what the letter says is
    checked by the app that decides it. Where the policy says by when such a letter goes out, that is set. `known` are
    facts that are known only now, such as the last day to appeal.
    """
    letter = _locked(letter_id)
    permissions.check_can_issue(by, letter)
    letter.facts = _with_known(letter, known)
    on = day_of(at)
    version = PolicyVersion.objects.get(pk=letter.facts["frame"]["policy_version"])
    channels = channels_for(kinds.kind_of(letter.kind), version.policy, letter.resident)
    to = paper.addressee(letter.resident)
    letter.facts = {**letter.facts, "to": to, "signed": paper.signature(by, on)}
    letter.address = "\n".join(to["address"])
    letter.email = next((address for channel, address in channels if channel == Dispatch.Channel.EMAIL), "")
    letter.issue(by=by, at=at, on=on)
    letter.save()
    for channel, address in channels:
        Dispatch.objects.create(letter=letter, channel=channel, address=address, made_at=at)
    ways = [channel for channel, _ in channels]
    known = {"kind": letter.kind, "dated": on, "channels": ways, "by_hand": to["by_hand"], "format": to["format"]}
    event = audit.record("letter.issued", subject=letter, by=by, at=at, facts=known)
    within.set_time(letter, version.policy, decided_on=on, event=event.pk, at=at)
    outbox.ask_to_render(letter.pk)
    return letter


@transaction.atomic
def withdraw(letter_id: int, *, by: User, at: datetime) -> Letter:
    """Drop a draft that is no longer wanted. What was issued cannot be withdrawn: another letter puts it right."""
    letter = _locked(letter_id)
    permissions.check_can_change(by, letter)
    letter.withdraw()
    letter.save()
    audit.record("letter.withdrawn", subject=letter, by=by, at=at)
    return letter


@transaction.atomic
def request(
    kind: str,
    subject: Subject,
    facts: Mapping[str, Any],
    *,
    by: User,
    at: datetime,
) -> Letter:
    """Draft and issue a letter at once, in the transaction of the decision that it tells of. Raises as `draft`."""
    return issue(draft(kind, subject, facts, by=by, at=at).pk, by=by, at=at)


def preview(
    kind: str,
    subject: Subject,
    facts: Mapping[str, Any],
    *,
    on: date,
    by: User | None = None,
    policy_version: PolicyVersion | None = None,
) -> SafeString:
    """The letter as it would be issued on that day, as HTML for a page. `by` is whoever would sign it.

    `policy_version` is one that would hold then, where that is not yet the subject's own.
    """
    kinds.kind_of(kind).check(facts)
    to, version = subject.resident, policy_version or subject.policy_version
    whole = {
        **facts,
        "frame": paper.frame_facts(to.provider, version.policy, to) | paper.worded(kind, version),
        "to": paper.addressee(to),
        "signed": paper.signature(by, on),
    }
    return paper.html(kind, whole)


def _with_known(letter: Letter, known: Mapping[str, Any] | None) -> dict[str, Any]:
    """The facts of a letter with those that are known only when it is issued. Raises `FactsWrong` as `draft` does."""
    if not known:
        return letter.facts
    kinds.kind_of(letter.kind).check({key: each for key, each in letter.facts.items() if key != "frame"} | dict(known))
    return {**letter.facts, **known}


def as_html(letter: Letter, *, on: date, known: Mapping[str, Any] | None = None, by: User | None = None) -> SafeString:
    """A letter as it stands: as issued, or as it would be issued on that day with what is `known` by then.

    `by` is whoever would issue it; without, the place of the name is marked.
    """
    whole = letter.facts
    if letter.state != Letter.State.ISSUED:
        whole = _with_known(letter, known)
        whole = {**whole, "to": paper.addressee(letter.resident), "signed": paper.signature(by, on)}
    return paper.html(letter.kind, whole, reference=letter.reference, about=letter.about_ref)


@transaction.atomic
def notify(to: User, *, kind: str, subject: str, body: str, at: datetime, about: str = "", address: str = "") -> Notice:
    """Tell a member of staff by e-mail what waits and where; sent by a worker once the transaction holds.

    E-mail is not a safe place for a resident's story: the subject and the words name references, not reasons. It goes
    to their own address, or to the one they had before where that changed.
    """
    email = Dispatch.Channel.EMAIL
    notice = Notice.objects.create(to=to, kind=kind, about=about, subject=subject[:200], body=body, made_at=at)
    dispatch = Dispatch.objects.create(notice=notice, channel=email, address=address or to.email, made_at=at)
    outbox.ask_to_send(dispatch.pk)
    return notice
