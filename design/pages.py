"""The one way in which a page decides something, and the one way in which a page changes what is stored.

Every button of such a page is named `do`: `check` shows what would happen, `do` does it, `change` goes back to the
form. Any other does nothing: the form is shown again with what was typed. A page that has a second act names its button
itself (`also`). Whatever is pressed is done once (`design.presses`), and only if what the page showed is still so
(`design.seals`). A view reads:

    page = pages.Page(request, at=timezone.now(), context=step(restriction), since=audit.since(restriction))
    form = page.form(forms.Reason, questions=asked)
    return page.decide(
        form,
        shown=rules.shown(restriction),                         # parts of the form page, by name
        check=lambda: pages.Check("restrictions/check_lift.html", context, plan.shown()),
        do=lambda seen: _lift(request, restriction, form, seen),     # one service call; the address to go to
        show=lambda: render(request, "restrictions/lift.html", {"form": form}),
        late=lambda refusal: _somebody_was_first(request, restriction, refusal),
    )
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django_fsm import TransitionNotAllowed

from design import drafts, forms, presses, seals, versions
from design.forms import F

CHECK, DO, CHANGE = "check", "do", "change"
SPENT = (
    "This form was sent once, and what it said then is done. What you have changed since stands below and is not done: "
    "press the button again if it is to be done as well."
)
UNPRESSABLE = (
    "The page had been open for too long, so nothing was done. What you typed is below: press the button again."
)
# Somebody who saves at the same instant can come in between a comparison and a lock; not this often.
MOST_TRIES = 3
K = TypeVar("K", bound=Mapping[str, Any])


@dataclass(frozen=True)
class Check:
    """A check page: its template, what stands on it, and the parts with which the service compares what it would do.

    One that asks something itself has a `form` of its own in its context.
    """

    template: str
    context: Mapping[str, Any]
    shown: Mapping[str, Any]


@dataclass(frozen=True)
class Carried:
    """What a page hands on to the next: what was typed, and the seal of what this page shows."""

    typed: list[tuple[str, str]]
    seal: str = ""


class Page:
    """One request to a page that decides or changes.

    `context` is what its refusals show around them, `frame` in it the template of that frame; `since` tells who did
    what to the thing from an instant on.
    """

    def __init__(
        self,
        request: HttpRequest,
        *,
        at: datetime,
        context: Mapping[str, Any] | None = None,
        since: seals.Since | None = None,
    ) -> None:
        self.request, self.at, self.context, self.since = request, at, dict(context or {}), since
        self.posted = request.method == "POST"
        self.button = request.POST.get(drafts.BUTTON, "") if self.posted else ""
        self.seen, self.checked = self._seal(drafts.SEEN), self._seal(drafts.CHECKED)

    def _seal(self, name: str) -> str | None:
        text = self.request.POST.get(name) if self.posted else None
        return text if seals.read(text) else None

    def form(self, kind: type[F], initial: Mapping[str, Any] | None = None, **asked: Any) -> F:
        """The form of a page that decides: judged after *check* and *do*, otherwise shown as it was typed."""
        if self.posted and self.button not in (CHECK, DO):
            return kind.from_draft(self.request.POST, initial=dict(initial or {}), **asked)
        return forms.for_page(kind, self.request, initial, **asked)

    def decide(
        self,
        form: forms.Form,
        *,
        show: Callable[[], HttpResponse],
        do: Callable[[str | None], str],
        check: Callable[[], Check | None] | None = None,
        shown: Mapping[str, Any] | None = None,
        also: Mapping[str, Callable[[str | None], str]] | None = None,
        late: Callable[[TransitionNotAllowed], HttpResponse] | None = None,
    ) -> HttpResponse:
        """Form → check → do; without `check` the form is the page that is signed.

        `do` and each of `also` make one service call, hand it the seal of what was shown (None where the page names no
        parts), and give the address to go to. `check` refuses what the service would, or gives None for an answer that
        needs no check page (returning a proposal); the deed is then done at once. `shown` is what the form page shows.
        Changed since: 409, with everything that was typed. `late` answers somebody who came second.
        """
        if shown is not None:
            form.seal = seals.seal(shown, at=self.at)
        acts = dict(also or {})
        try:
            if self.button in acts:
                return self._seen_first(shown, show) or self._press(lambda: acts[self.button](self.seen), show)
            if self.button == DO or (self.button == CHECK and check is not None):
                return self._judge(form, show, do, check, shown)
        except seals.ChangedSince as changed:
            return self.changed(changed)
        except TransitionNotAllowed as refusal:
            if late is None:
                raise
            return late(refusal)
        return show()

    def _judge(
        self,
        form: forms.Form,
        show: Callable[[], HttpResponse],
        do: Callable[[str | None], str],
        check: Callable[[], Check | None] | None,
        shown: Mapping[str, Any] | None,
    ) -> HttpResponse:
        """What was pressed and typed: the check page, the deed, or the form with what is wrong."""
        confirmed = self.button == DO and check is not None and self.checked is not None
        if not confirmed and (again := self._seen_first(shown, show)):
            return again
        if form.is_valid():
            with form.rules():
                if confirmed:
                    return self._press(lambda: do(self.checked), show)
                if check is not None and (made := check()) is not None:
                    return self._check_page(made)
                return self._press(lambda: do(self.seen), show)
        return show()

    def _seen_first(self, shown: Mapping[str, Any] | None, show: Callable[[], HttpResponse]) -> HttpResponse | None:
        """The page again for whoever presses without having seen it. Raises `ChangedSince` where it shows otherwise."""
        if shown is None:
            return None
        if self.seen is None:
            return show()
        seals.check(self.seen, shown, since=self.since)
        return None

    def _check_page(self, made: Check) -> HttpResponse:
        asks = getattr(made.context.get("form"), "fields", {})
        typed = [(name, value) for name, value in self._typed() if name not in asks]
        carried = Carried(typed, seals.seal(made.shown, at=self.at))
        return render(self.request, made.template, {**self.context, **made.context, "carried": carried})

    def changed(self, refusal: seals.ChangedSince) -> HttpResponse:
        """Refuse with 409 what was decided on something that has changed, and lead back to it with what was typed."""
        context = {"parts": refusal.parts, "acts": refusal.acts or seals.acts(self.checked or self.seen, self.since)}
        context |= {"carried": Carried(self._typed()), "files": bool(self.request.FILES)}
        return render(self.request, "design/changed.html", {**self.context, **context}, status=409)

    def edit(
        self,
        kind: type[F],
        *,
        known: Callable[[], K],
        show: Callable[[F], HttpResponse],
        do: Callable[[F, str], str],
        initial: Callable[[K], Mapping[str, Any]] = dict,
        **asked: Any,
    ) -> HttpResponse:
        """Change what is stored, unless somebody saved it meanwhile: then both versions, field by field (409).

        `known` reads what is stored, by the names of the form's fields; the service that `do` calls compares the seal
        that it is handed with the same reading, under its lock. `initial` turns it into what the form shows. The newer
        version is kept wherever the reader does not choose their own.
        """
        for _ in range(MOST_TRIES):
            stored = known()
            asis = kind(initial=dict(initial(stored)), **asked)
            fresh = seals.seal(stored, at=self.at)
            if self.button != DO:
                return show(self._begin(kind, asis, fresh, asked))
            parts = [name for name in self._changed_parts(stored) if name in asis.fields]
            if found := versions.differing(asis, self.request.POST, parts):
                return self._meanwhile(asis, found, fresh)
            form = kind(versions.chosen(asis, self.request.POST), self.request.FILES, initial=asis.initial, **asked)
            form.seal = fresh
            if answer := self._save(form, show, do, fresh):
                return answer
        raise seals.ChangedSince(parts, seals.acts(self.seen, self.since))

    def _begin(self, kind: type[F], asis: F, fresh: str, asked: dict[str, Any]) -> F:
        """The form as it is first shown, or as it was typed; it keeps the version that it began from."""
        kept = getattr(self.request, "kept_typing", None)
        if self.posted:
            typed = versions.chosen(asis, self.request.POST)
            form, began = kind.from_draft(typed, initial=asis.initial, **asked), self.seen or ""
        elif kept is not None:
            form, began = kind.from_draft(kept, **asked), getattr(self.request, "kept_seal", "")
        else:
            form, began = asis, fresh
        form.seal = began
        return form

    def _changed_parts(self, stored: Mapping[str, Any]) -> list[str]:
        return seals.changed(self.seen or "", stored)

    def _save(
        self, form: F, show: Callable[[F], HttpResponse], do: Callable[[F, str], str], seal: str
    ) -> HttpResponse | None:
        """Save it; None where somebody came in between the comparison and the lock."""
        try:
            if form.is_valid():
                with form.rules():
                    return self._press(lambda: do(form, seal), lambda: show(form))
        except seals.ChangedSince:
            return None
        return show(form)

    def _meanwhile(self, asis: forms.Form, found: list[versions.Difference], fresh: str) -> HttpResponse:
        """“Somebody saved this meanwhile”: two columns, the newer chosen."""
        context = {
            "differences": found,
            "acts": seals.acts(self.seen, self.since),
            "keep": versions.KEEP,
            "carried": Carried(self._typed(versions.chosen(asis, self.request.POST, but=found)), fresh),
            "files": bool(self.request.FILES),
        }
        return render(self.request, "design/meanwhile.html", {**self.context, **context}, status=409)

    def _press(self, act: Callable[[], str], show: Callable[[], HttpResponse]) -> HttpResponse:
        """Do it once and go where it leads; the page again where the form had no token left for it."""
        try:
            return redirect(presses.once(self.request, act, at=self.at))
        except presses.Spent:
            messages.warning(self.request, SPENT)
        except presses.Unpressable:
            messages.warning(self.request, UNPRESSABLE)
        return show()

    def _typed(self, posted: QueryDict | None = None) -> list[tuple[str, str]]:
        """What was typed, to travel through a page without being shown on it."""
        typed = drafts.typed(self.request.POST if posted is None else posted)
        return [
            (name, value) for name, values in typed.items() if not name.startswith(versions.KEEP) for value in values
        ]
