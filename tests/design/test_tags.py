"""Tags and filters: the words, the colours, and that nothing typed becomes markup."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.core.paginator import Paginator
from django.template import Context, Template, engines
from django.test import RequestFactory, override_settings

import design
from design import typist

EVIL = "<script>alert(1)</script>\"'"
STATIC = Path(design.__file__).parent / "static" / "design"


def shown(source: str, **context: object) -> str:
    request = RequestFactory().get("/here?kind=letters&page=3")
    request.user = AnonymousUser()
    return engines["django"].from_string("{% load design %}" + source).render(context, request)


@pytest.mark.parametrize(
    ("word", "colour"),
    [
        ("Proposed", ""),
        ("Issued", ""),
        ("Written warning", ""),
        ("Returned", "yellow"),
        ("Due soon", "yellow"),
        ("Due today", "orange"),
        ("In force", "purple"),
        ("Extended", "teal"),
        ("Upheld", "green"),
        ("Overdue", "red"),
        ("Lapsed", "grey"),
    ],
)
def test_the_colour_of_a_tag_comes_from_its_word(word, colour):
    assert shown(f'{{% tag "{word}" %}}') == (
        f'<strong class="govuk-tag{f" govuk-tag--{colour}" if colour else ""}">{word}</strong>'
    )


def test_dates_and_times_are_written_as_the_field_writes_them():
    at = dt.datetime(2026, 7, 1, 8, 32, tzinfo=dt.UTC)
    source = "{{ at|day }}|{{ at|day_short }}|{{ at|day_weekday }}|{{ at|clock }}|{{ at|moment }}"
    assert shown(source, at=at) == "1 July 2026|1 Jul 2026|Wednesday 1 July 2026|9:32am|1 July 2026 at 9:32am"
    assert shown("{{ none|day }}{{ none|moment }}{{ none|clock }}{{ none|typed }}", none=None) == ""
    assert (
        shown("{{ at|clock }} {{ at|day }}", at=dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.UTC))
        == "11:30pm 31 December 2026"
    )
    assert shown("{{ at|day }}", at=dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC)) == "1 July 2026"


@pytest.mark.parametrize(
    "source",
    [
        "{{ evil|typed }}",
        "{{ evil|typed_line }}",
        "{% tag evil %}",
        "{% badge evil %}",
        "{% row evil evil change=evil hidden=evil %}",
        "{% identity_bar evil address=evil reference=evil stage=evil badge=evil url=evil %}",
        "{% why evil %}",
        "{% breadcrumbs evil evil %}",
        "{% back_link evil evil %}",
        "{% button evil name=evil value=evil hidden=evil %}",
        "{% button evil href=evil %}",
        "{% search evil value=evil label=evil hint=evil %}",
        "{% inset %}{{ evil }}{% endinset %}",
        "{% alert 'error' evil %}{{ evil }}{% endalert %}",
        "{% panel evil %}{{ evil }}{% endpanel %}",
        "{% details evil %}{{ evil }}{% enddetails %}",
        "{% ticket_panel evil %}{{ evil }}{% endticket_panel %}",
        "{% task_list tasks %}",
        "{% timeline entries %}",
        "{% filter_tags chosen %}",
        "{% sub_navigation tabs %}",
        "{% interruption evil %}{{ evil }}{% endinterruption %}",
        "{% scroll_table evil %}{{ evil }}{% endscroll_table %}",
        "{% form None action=evil draft=evil name=evil css=evil %}{{ evil }}{% endform %}",
        "{% summary_list rows %}",
    ],
)
def test_nothing_typed_becomes_markup(source):
    html = shown(
        source,
        evil=EVIL,
        tasks=[{"title": EVIL, "status": EVIL, "url": EVIL, "hint": EVIL, "why": EVIL}],
        entries=[
            {"title": EVIL, "at": dt.date(2026, 1, 1), "by": EVIL, "text": EVIL, "url": EVIL, "facts": [(EVIL, EVIL)]}
        ],
        chosen=[(EVIL, EVIL)],
        tabs=[(EVIL, EVIL, True)],
        rows=[{"key": EVIL, "value": EVIL, "typed": True}],
    )
    assert "&lt;script&gt;" in html
    assert "<script" not in html
    assert '="<' not in html


def test_typed_text_keeps_lines_and_direction():
    assert shown("{{ text|typed }}", text="a\r\nb") == '<div class="evenhand-typed" dir="auto">a<br>b</div>'


def test_tasks_say_what_is_done_missing_not_required_or_not_yet_possible():
    html = shown(
        "{% task_list tasks %}",
        tasks=[
            {"title": "A", "status": "Missing", "url": "/a", "hint": "Clause 6.26"},
            {"title": "B", "status": "Done", "url": "/b"},
            {"title": "C", "status": "Not required", "why": "No need"},
            {"title": "D", "status": "Cannot start yet", "url": "/d"},
        ],
    )
    assert html.count('<strong class="govuk-tag">Missing</strong>') == 1
    assert html.count("govuk-tag") == 1
    assert 'href="/b"' in html
    assert 'href="/d"' not in html
    assert 'aria-describedby="task-1-hint task-1-status"' in html


def test_pages_keep_the_rest_of_the_address():
    html = shown("{% pagination page %}", page=Paginator(range(100), 10).get_page(5))
    assert 'href="?kind=letters&amp;page=4"' in html
    assert html.count('aria-current="page"') == 1
    assert shown("{% pagination page %}", page=Paginator(range(3), 10).get_page(1)).strip() == ""


def test_a_form_names_its_typist_and_a_forged_name_is_not_believed():
    request = RequestFactory().get("/")
    request.user = type("User", (), {"pk": 42, "is_authenticated": True})()
    source = Template("{% load design %}{% form None %}x{% endform %}")
    html = source.render(Context({"request": request}))
    mark = html.split('name="typist" value="')[1].split('"')[0]
    assert typist.read(mark) == 42
    assert typist.read(mark[:-1] + ("A" if mark[-1] != "A" else "B")) is None
    assert typist.read("") is None
    assert "csrfmiddlewaretoken" in html
    assert "novalidate" in html


def test_static_files_collect_under_the_manifest_and_carry_nothing_of_gov_uk_alone(tmp_path):
    with override_settings(
        STATIC_ROOT=str(tmp_path),
        STORAGES={
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
        },
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
    assert (tmp_path / "staticfiles.json").is_file()
    for css in STATIC.glob("*.css"):
        text = css.read_text()
        assert "@font-face" not in text and "GDS Transport" not in text and "sourceMappingURL" not in text
        assert "crest.svg" not in text and "url(/" not in text and "url(http" not in text


def test_the_register_weighs_less_than_fifty_kilobytes(tmp_path):
    with override_settings(
        STATIC_ROOT=str(tmp_path),
        STORAGES={
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
        },
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
    files = (
        "design/govuk-frontend.min.css",
        "design/evenhand.css",
        "design/images/favicon.svg",
    )
    weights = {}
    for name in files:
        packed = tmp_path / (name + ".gz")
        weights[name] = (packed if packed.exists() else tmp_path / name).stat().st_size
    assert sum(weights.values()) < 40_000, weights


def test_no_line_of_a_template_is_longer_than_one_can_read():
    """A line beyond 160 characters hides what is nested in it; a sentence that long is built in Python."""
    long = [
        f"{path.relative_to(settings.BASE_DIR)}:{number}"
        for folder in ("templates", "design")
        for path in sorted((Path(settings.BASE_DIR) / folder).rglob("*.html"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > 160
    ]
    assert long == []


BY_HAND = re.compile(
    r'<p class="govuk-body">|<h1 class="govuk-heading-l">|<h2 class="govuk-heading-[lm]">'
    r'|<h3 class="govuk-heading-[ms]">'
    r'|<ul class="govuk-list govuk-list--bullet">|<ol class="govuk-list govuk-list--number">'
    r'|<a class="govuk-link"\s+href="({% url [^%]+ %}|{{ [\w.]+ }})">'
)


def test_headings_paragraphs_links_and_lists_are_written_by_their_tags():
    """How text looks stands once (`design/tags/text.py`); a list whose ends stand in two branches alone is by hand."""
    folder = Path(settings.BASE_DIR) / "templates"
    found = {
        file.relative_to(folder).as_posix(): len(BY_HAND.findall(file.read_text())) for file in folder.rglob("*.html")
    }
    assert {name: many for name, many in found.items() if many} == {
        "restrictions/_needs.html": 1, "restrictions/needs.html": 1,
        "appeals/view.html": 1,
    }  # fmt: skip


@pytest.mark.parametrize("to", ["/", "", "/cases/C-000001/", "#who", "?page=2"])
def test_a_link_takes_an_address_as_it_is(to):
    assert shown("{% link to %}Go{% endlink %}", to=to) == f'<a class="govuk-link" href="{to}">Go</a>'


def test_a_link_finds_a_page_by_its_name_and_escapes_what_people_typed():
    told = shown('{% link "cases:overview" ref %}{{ name }}{% endlink %}', ref="C-000001", name="<b>Rowan</b>")
    assert told == '<a class="govuk-link" href="/cases/C-000001/">&lt;b&gt;Rowan&lt;/b&gt;</a>'
    assert '"onclick' not in shown("{% link to %}Go{% endlink %}", to='/"onclick="x')


def test_no_template_holds_inline_script_or_style():
    folder = Path(settings.BASE_DIR) / "templates"
    for file in folder.rglob("*.html"):
        if "letters" in file.relative_to(folder).parts[:1]:
            continue
        text = file.read_text()
        assert " style=" not in text and "<style" not in text, file
        assert " onclick=" not in text and "javascript:" not in text, file
        assert "<script>" not in text, file
