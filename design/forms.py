"""Forms in the look of GOV.UK, for every app: `design.forms.Form` with the fields of `design.fields`.

A view reads:

    form = forms.Lift(request.POST or None)
    if form.is_valid():
        with form.rules():
            services.lift(restriction.pk, by=request.user, at=timezone.now(), **form.cleaned_data)
            return redirect(restriction)
    return render(request, "restrictions/lift.html", {"form": form, "restriction": restriction})
"""

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms.renderers import BaseRenderer, DjangoTemplates
from django.http import HttpRequest
from django.template import loader
from django.utils.safestring import SafeString

from design import drafts, fields, widgets
from design.spoken import Spoken

# The exceptions that mean "what was asked breaks a rule". Whoever owns such an exception adds it here once, at start-up
# (design stands below every other room and can import none). Each has `message`, `rule` and `field` ("" for none).
RULE_BROKEN: tuple[type[Exception], ...] = ()


def register_rule_broken(kind: type[Exception]) -> None:
    """Let `Form.rules()` turn this exception into a form error."""
    global RULE_BROKEN
    if kind not in RULE_BROKEN:
        RULE_BROKEN = (*RULE_BROKEN, kind)


class Renderer(BaseRenderer):
    """Renders every form of the product, allauth's included, through `templates/design/`."""

    form_template_name = "design/form.html"
    formset_template_name = "design/formset.html"
    field_template_name = "design/field.html"
    builtin = DjangoTemplates()

    def get_template(self, template_name: str) -> Any:
        """Django's own inner widgets from Django; everything else from the product's templates."""
        if template_name.startswith("django/forms/"):
            return self.builtin.get_template(template_name)
        return loader.get_template(template_name)


class Rules:
    """Catches a broken rule and puts it beside its field. Made by `Form.rules()`."""

    def __init__(self, form: forms.BaseForm) -> None:
        self.form = form

    def __enter__(self) -> forms.BaseForm:
        return self.form

    def __exit__(
        self, kind: type[BaseException] | None, broken: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(broken, RULE_BROKEN):
            return False
        field = getattr(broken, "field", "") or ""
        message = str(broken)
        error = ValidationError(message, code=str(getattr(broken, "rule", "") or "rule_broken"))
        self.form.add_error(field if field in self.form.fields else None, error)
        return True


class Form(forms.Form):
    """A form whose errors stand in the summary in the order of its fields, and whose text is never lost."""

    use_required_attribute = False
    # What the page around it shows (`design.seals`), for a hidden field of `{% form %}`; "" where it is not told.
    seal = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, Spoken):
                field.speak(name)

    def as_fields(self) -> SafeString:
        """Every field as GOV.UK markup; those that an option reveals stand inside that option."""
        return self.render()

    def rules(self) -> Rules:
        """A `with` block in which a broken rule becomes an error of this form, and the flow goes on after the block."""
        return Rules(self)

    def errors_by_field(self) -> list[tuple[str, str]]:
        """(name, message) of every error, in the order of the fields; those of no field first, under "" as name."""
        return [
            ("" if name == NON_FIELD_ERRORS else name, str(message))
            for name in (NON_FIELD_ERRORS, *self.fields)
            for message in self.errors.get(name, [])
        ]

    @classmethod
    def from_draft(cls, kept: Mapping[str, Iterable[str]], **kwargs: Any) -> Self:
        """An unbound form that shows again what `drafts.typed` kept (or a posted form), without judging it."""
        form = cls(**kwargs)
        data = drafts.as_query(kept)
        for name, field in form.fields.items():
            value = widgets.typed_in(field.widget, data, form.add_prefix(name))
            if value is not None and not isinstance(field.widget, forms.FileInput):
                form.initial[name] = value
        return form

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]  # Django's own step between fields and `clean`, unknown to the stubs
        for field in list(self.fields.values()):
            if isinstance(field, fields.Options) and field.reveal:
                self._drop_hidden(field)

    def _drop_hidden(self, field: fields.Options) -> None:
        """Forget errors and values of fields whose option was not chosen: nobody was asked for them."""
        name = next(key for key, known in self.fields.items() if known is field)
        chosen = self.cleaned_data.get(name)
        chosen = {True: "yes", False: "no"}.get(chosen, chosen) if isinstance(chosen, bool) else chosen
        picked = set(chosen) if isinstance(chosen, list) else {chosen}
        wanted = {inner for option in picked if option in field.reveal for inner in field.reveal[option]}
        for inner in field.revealed() - wanted:
            if inner in self.fields:
                self._errors.pop(inner, None)  # type: ignore[attr-defined]
                self.cleaned_data[inner] = empty(self.fields[inner])


F = TypeVar("F", bound=Form)


def for_page(kind: type[F], request: HttpRequest, initial: Mapping[str, Any] | None = None, **asked: Any) -> F:
    """The form of a page: as posted; as typed before the session ran out; or with what is known already.

    `base.html` says to somebody who was signed out that what they had typed is below. `asked` goes to the form.
    """
    if request.method == "POST":
        return kind(request.POST, request.FILES, initial=dict(initial or {}), **asked)
    kept = getattr(request, "kept_typing", None)
    if kept:
        return kind.from_draft(kept, **asked)
    return kind(initial=dict(initial or {}), **asked)


def empty(field: forms.Field) -> Any:
    """What a field cleans to when nothing was given."""
    if isinstance(field, forms.MultipleChoiceField) or getattr(field, "multiple", False):
        return []
    if isinstance(field, forms.BooleanField):
        return False
    return (
        ""
        if isinstance(field, forms.CharField | forms.ChoiceField) and not isinstance(field, fields.YesNoField)
        else None
    )
