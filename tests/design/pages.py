"""The pages behind `tests/design/urls.py`."""

import datetime as dt

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template import engines

from design import components, fields, forms

DRAFTS: list[dict[str, str]] = []
ANSWER = {"status": 204}
AT = dt.datetime(2026, 12, 18, 14, 14, tzinfo=dt.UTC)

SINK = """{% extends "base.html" %}{% load design %}
{% block title %}Every component, R-0042{% endblock %}
{% block identity %}{% identity_bar "Tadgh O’Donoghue-Featherstonehaugh" born=born address="Flat 12, 118 Snargate Street, Dover CT17 9DA" reference="R-0042" stage="Written warning" badge="Do not visit alone" url="/sink" %}{% endblock %}
{% block before_content %}{% breadcrumbs "Residents" "/sink" "R-0042" "" %}{% back_link "/sink" %}{% endblock %}
{% block content %}
<h1 class="govuk-heading-l">Every component</h1>
{% sub_navigation tabs %}
{% ticket_panel "What happens next" %}
  <p class="govuk-body">A Team Leader or Manager may impose the restriction, by {{ at|day_weekday }}.</p>
  {% task_list tasks %}
  {% button "Propose a restriction" href="/sink" %}
  {% details "The rules behind this step" %}<p class="govuk-body">Clause 6.14</p>{% enddetails %}
{% endticket_panel %}
{% alert "error" "Someone has already decided this" %}<p class="govuk-body">Nia Clarke imposed it at 9:32am.</p>{% endalert %}
{% alert "success" %}Saved.{% endalert %}{% alert "warning" "Look again" %}{% endalert %}{% alert "information" %}Told.{% endalert %}
{% warning %}Anyone in danger now? Ring 999 first.{% endwarning %}
{% inset %}Always accepted: 999 and the repairs line.{% endinset %}
<p class="govuk-body">{% for word in words %}{% tag word %} {% endfor %}</p>
{% summary %}{% row "Born" born|day change="/sink" %}{% row "Account" text|typed %}{% row "Phone" "" %}{% endsummary %}
{% summary_list rows %}
<p class="govuk-body">Review on {{ born|day }}.</p>{% why "20 working days from the decision on 18 December 2026 (6.34, must)." hidden="the review" %}
{% search "/sink" label="Name, address, postcode or phone" text="Find" hint="Part of it will do" %}
{% filter_tags chosen clear="/sink" %}
<ol class="evenhand-rows"><li><div class="evenhand-rows__main"><a class="govuk-link" href="/sink">Review the restriction</a> R-0042</div><div class="evenhand-rows__side">{{ born|day_short }} {% tag "Overdue" %}</div></li><li><div class="evenhand-rows__main"><a class="govuk-link" href="/sink">Decide the appeal</a></div><div class="evenhand-rows__side">{% tag "Due soon" %}</div></li></ol>
{% scroll_table "Incidents by month" %}<table class="govuk-table"><caption class="govuk-table__caption govuk-table__caption--m">Incidents by month</caption><thead class="govuk-table__head"><tr class="govuk-table__row"><th scope="col" class="govuk-table__header">Month</th><th scope="col" class="govuk-table__header govuk-table__header--numeric">Incidents</th></tr></thead><tbody class="govuk-table__body"><tr class="govuk-table__row"><td class="govuk-table__cell">December 2026</td><td class="govuk-table__cell govuk-table__cell--numeric">4</td></tr></tbody></table>{% endscroll_table %}
{% timeline entries %}
{% pagination page %}
{% buttons %}{% button "Impose" %}{% button "Save draft" kind="secondary" name="action" value="draft" %}<a class="govuk-link" href="/sink">Cancel</a>{% endbuttons %}
{% endblock %}"""

FORM = """{% extends "base.html" %}{% load design %}{% block title %}Log an incident{% endblock %}
{% block content %}<h1 class="govuk-heading-l">Log an incident</h1>
{% form form draft="/draft" %}{{ form.as_fields }}{% buttons %}{% button "Save incident" %}{% endbuttons %}{% status %}{% endform %}{% endblock %}
{% block status %}{% endblock %}"""

REGISTER = """{% extends "base_register.html" %}{% load design %}{% block title %}Register{% endblock %}
{% block content %}<h1 class="govuk-heading-l">12 Harold Street, Dover</h1>
<div class="evenhand-card"><h2 class="govuk-heading-m">Do this</h2>
<ol class="govuk-list govuk-list--number evenhand-orders"><li>Visit with a colleague.</li><li>Ring the office before you knock.</li></ol>
<p class="govuk-body">Until {{ at|day_weekday }}.</p></div>
{% form None action="/register" %}<button class="govuk-button evenhand-wide" name="why" value="visit">I am visiting</button><button class="govuk-button evenhand-wide" name="why" value="phone">I am phoning</button>{% endform %}
<div class="evenhand-card evenhand-card--unlisted"><p class="govuk-body"><strong>Nothing is recorded here. Not listed does not mean safe.</strong> It means nobody has recorded a risk.</p></div>{% endblock %}"""

WORDS = (
    "Proposed Received Approved Issued|Returned|Waiting|Late|Due soon|Interim|Due today|Uncertain|In force|Varied|Extended|"
    "Upheld|Delivered|Met|Overdue|Failed|Undelivered|Draft|Lifted|Lapsed|Dismissed|Withdrawn|Closed|Written warning"
).replace("Proposed Received Approved Issued", "Proposed|Received|Approved|Issued").split("|")


class Log(forms.Form):
    """One field of each kind."""

    account = fields.LongTextField(label="What happened", help_text="What you saw and heard", max_length=2000)
    who = fields.TextField(label="Who", width=20)
    happened_on = fields.DayField(label="When did it happen?", called="when it happened", help_text="For example, 18 12 2026")
    at = fields.TimeField(label="Time", help_text="For example, 2:14pm")
    channel = fields.ChoiceField(
        label="How",
        called="how it happened",
        choices=[("phone", "By phone"), ("other", "Another way"), ("unknown", "I do not know")],
        hints={"phone": "Ours or theirs"},
        reveal={"other": "other_channel"},
        divider_before="unknown",
    )
    other_channel = fields.TextField(label="Which way")
    hurt = fields.YesNoField(label="Was anyone hurt?", called="whether anyone was hurt")
    kinds = fields.ChoicesField(
        label="What kind of behaviour",
        choices=[("shouting", "Shouting"), ("threat", "A threat"), ("none", "None of these")],
        exclusive="none",
        divider_before="none",
    )
    months = fields.WholeNumberField(label="Length", after="months")
    office = fields.SelectField(label="Office", choices=[("", "Choose an office"), ("dover", "Dover"), ("deal", "Deal")])
    email = fields.EmailField(label="Email address")
    phone = fields.PhoneField(label="Phone number")
    seen = fields.TickField(label="I have told my line manager")
    files = fields.EvidenceField(label="Files", multiple=True, required=False, help_text="Up to 25 MB each")


def _render(source: str, request: HttpRequest, context: dict[str, object]) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(source).render(context, request))


def sink(request: HttpRequest) -> HttpResponse:
    """Every component."""
    chosen = Paginator(range(500), 25).get_page(request.GET.get("page", 7))
    return _render(
        SINK,
        request,
        {
            "nav": [("My work", "/sink", True), ("Team", "/x", False), ("Residents", "/x", False), ("Policy", "/x", False)],
            "provider": {"name": "Dover District Council"},
            "born": dt.date(1961, 3, 4),
            "at": AT,
            "words": WORDS,
            "text": "Shouted <b>twice</b>\nthen left. שלום",
            "tabs": [(word, "/x", word == "Overview") for word in
                     ("Overview", "Timeline", "Incidents", "Restrictions", "Appeals", "Letters", "People and needs")],
            "tasks": [
                components.Task("Risk assessment", "Missing", "/x", "Clause 6.26"),
                components.Task("Evidence", "Done", "/x"),
                components.Task("Equality assessment", "Not required", why="No protected characteristic is recorded"),
                components.Task("Check and propose", "Cannot start yet", "/x", why="The risk assessment is missing"),
            ],
            "rows": [components.Row("Stage", "Written warning", change="/x"), components.Row("Words", "a\nb", typed=True)],
            "chosen": [("Overdue", "/sink"), ("Nia Clarke", "/sink")],
            "entries": [
                components.Entry("Restriction imposed", AT, "Nia Clarke", "Six months.\nPhone only.", "Clause 6.14", "/x", "Open"),
                components.Entry("Police not called", AT - dt.timedelta(days=40), facts=[("Why", "No threat")]),
                components.Entry("Letter dated", dt.date(2026, 10, 1)),
            ],
            "page": chosen,
        },
    )


def form(request: HttpRequest) -> HttpResponse:
    """Every field; posted and in order, the page says so."""
    shown = Log(request.POST or None, request.FILES or None)
    if shown.is_valid():
        return HttpResponse("in order")
    return _render(FORM, request, {"form": shown})


def register(request: HttpRequest) -> HttpResponse:
    """The light frame."""
    return _render(REGISTER, request, {"at": AT, "nav": [("Register", "/register", True)], "provider": {"name": "Dover"}})


def long(request: HttpRequest) -> HttpResponse:
    """A confirmation."""
    source = """{% extends "base.html" %}{% load design %}{% block title %}Restriction imposed{% endblock %}
    {% block content %}{% panel "Restriction imposed" %}Reference <strong>RS-0007</strong>{% endpanel %}
    <p class="govuk-body">The letter goes out today.</p>{% endblock %}"""
    return _render(source, request, {})
