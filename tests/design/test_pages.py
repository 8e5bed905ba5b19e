"""The page that decides and the page that changes: one vocabulary of buttons, and nobody signs what was not seen."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from design import seals
from design.models import Press
from tests import factories
from tests.design import deciding
from tests.design.deciding import THING
from tests.pressing import check, decide, hidden, press

pytestmark = pytest.mark.urls("tests.design.deciding")


@pytest.fixture
def client(db, settings):
    deciding.begin()
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], HTML]}]
    client = Client()
    client.force_login(factories.staff(factories.dover()).officer)
    return client


HTML = Path(settings.BASE_DIR) / "tests" / "design" / "html"


def text(page, status=200):
    assert page.status_code == status, page.content.decode()[:3000]
    return " ".join(page.content.decode().split())


def by_tessa(did="changed it"):
    THING.acts = [seals.Doing("Tessa Lowe", deciding.AT + timedelta(minutes=5), did)]


def test_what_was_checked_is_done(client):
    page = check(client, "/checked/", {"reason": "It is over."})
    assert "On these terms: no calls. It is over." in text(page) and not THING.done
    assert hidden(page)["reason"] == ["It is over."]
    done = press(client, "/checked/", on=page)
    assert (done.status_code, done.url, THING.done) == (302, "/done/1/", ["It is over."])


def test_what_was_never_checked_is_checked_first(client):
    page = press(client, "/checked/", {"reason": "It is over."})
    assert "On these terms" in text(page) and not THING.done
    assert press(client, "/checked/", on=page).url == "/done/1/"


def test_an_answer_that_needs_no_check_is_done_at_once(client):
    assert check(client, "/checked/", {"reason": "Not yet", "back": "on"}).url == "/done/1/"


@pytest.mark.parametrize("button", ["", "change", "confirmed", "submit", "anything", "send"])
def test_an_unknown_button_does_nothing_and_keeps_what_was_typed(client, button):
    typed = {"reason": "Half a thought"}
    page = press(client, "/checked/", typed, button=button)
    assert "Half a thought</textarea>" in text(page) and "There is a problem" not in text(page)
    checked = check(client, "/checked/", typed)
    page = press(client, "/checked/", on=checked, button=button)
    assert "Half a thought</textarea>" in text(page) and not THING.done and not THING.sent
    page = client.post("/checked/", typed)
    assert "Half a thought</textarea>" in text(page) and not THING.done


@pytest.mark.parametrize("button", ["", "change", "check", "anything"])
def test_a_page_without_a_check_knows_no_such_button(client, button):
    page = press(client, "/plain/", {"reason": "Half a thought"}, button=button)
    assert "Half a thought</textarea>" in text(page) and not THING.done


def test_a_page_that_has_two_acts_names_its_buttons(client):
    assert press(client, "/plain/", button="send").url == "/done/0/"
    assert press(client, "/plain/", {"reason": "Go"}).url == "/done/1/"
    assert (THING.sent, THING.done) == (1, ["Go"])


def test_what_is_wrong_is_shown_beside_its_field(client):
    assert "Enter why" in text(check(client, "/checked/", {}))
    assert "Enter a better reason" in text(decide(client, "/checked/", {"reason": "broken"}))
    assert "Enter a better reason" in text(press(client, "/plain/", {"reason": "broken"}))
    assert not THING.done and not Press.objects.exists()


def test_what_changed_before_the_check_page_is_not_checked(client):
    opened = client.get("/checked/")
    THING.terms = "letters only"
    by_tessa()
    page = check(client, "/checked/", {"reason": "It is over."}, on=opened)
    shown = text(page, 409)
    assert "<li>the terms</li>" in shown and "Tessa Lowe changed it on 1 December 2026 at 2:19pm." in shown
    again = press(client, "/checked/", on=page, button="change")
    assert "It is over.</textarea>" in text(again)
    assert "letters only" in text(check(client, "/checked/", {"reason": "It is over."}, on=again))


def test_what_changed_after_the_check_page_is_not_done(client):
    page = check(client, "/checked/", {"reason": "It is over."})
    THING.terms = "letters only"
    by_tessa("changed the terms")
    page = press(client, "/checked/", on=page)
    shown = text(page, 409)
    assert "<li>the terms</li><li>the letter</li>" in shown and "Tessa Lowe changed the terms on" in shown
    assert "Nothing was done" in shown and not THING.done and not Press.objects.exists()
    again = press(client, "/checked/", on=page, button="change")
    assert "It is over.</textarea>" in text(again)
    assert decide(client, "/checked/", {"reason": "It is over."}, on=again).url == "/done/1/"


def test_the_seal_of_the_form_is_none_of_its_check_page(client):
    opened = client.get("/checked/")
    page = client.post("/checked/", hidden(opened) | {"checked": hidden(opened)["seen"], "reason": "x", "do": "do"})
    text(page, 409)
    assert not THING.done


@pytest.mark.parametrize("button", ["do", "send"])
def test_a_page_without_a_check_is_signed_as_it_was_shown(client, button):
    opened = client.get("/plain/")
    THING.terms = "letters only"
    text(press(client, "/plain/", {"reason": "Go"}, on=opened, button=button), 409)
    proofs = {name: values for name, values in hidden(client.get("/plain/")).items() if name != "seen"}
    assert "Go</textarea>" in text(client.post("/plain/", proofs | {"reason": "Go", "do": button}))
    assert not THING.done and not THING.sent


@pytest.mark.parametrize("url", ["/checked/", "/plain/"])
def test_three_presses_of_one_button_are_one_act(client, url):
    opened = client.get(url)
    if url == "/checked/":
        opened = check(client, url, {"reason": "Go"}, on=opened)
    for _ in range(3):
        assert press(client, url, {"reason": "Go"}, on=opened).url == "/done/1/"
    assert THING.done == ["Go"]


def test_something_else_typed_into_a_form_that_was_sent_is_kept_and_told(client):
    opened = client.get("/plain/")
    press(client, "/plain/", {"reason": "Go"}, on=opened)
    page = press(client, "/plain/", {"reason": "And go further"}, on=opened)
    assert "This form was sent once" in text(page) and "And go further</textarea>" in text(page)
    assert THING.done == ["Go"]
    assert press(client, "/plain/", {"reason": "And go further"}, on=page).url == "/done/2/"


def test_a_form_without_a_token_is_shown_again(client):
    opened = hidden(client.get("/plain/"))
    page = client.post("/plain/", {"seen": opened["seen"], "reason": "Go", "do": "do"})
    assert "press the button again" in text(page) and "Go</textarea>" in text(page) and not THING.done


KEPT = {"name": "Rowan", "kinds": ["a"], "note": "Never leave a voicemail"}


def test_an_edit_is_saved(client):
    typed = KEPT | {"born_day": "3", "born_month": "4", "born_year": "1979", "tick": "on"}
    assert press(client, "/edit/", typed).url == "/done/1/"
    assert THING.kept == KEPT | {"born": date(1979, 4, 3), "tick": True}


@pytest.mark.parametrize("button", ["", "check", "change", "save"])
def test_an_edit_has_one_button(client, button):
    page = press(client, "/edit/", KEPT | {"name": "Robin"}, button=button)
    assert 'value="Robin"' in text(page) and THING.saves == 0


def test_what_somebody_saved_meanwhile_is_kept_unless_one_chooses(client):
    opened = client.get("/edit/")
    THING.kept |= {
        "note": "Do not go in: police escort only",
        "kinds": ["a", "b"],
        "born": date(1979, 4, 3),
        "tick": True,
    }
    by_tessa()
    page = press(client, "/edit/", KEPT | {"name": "Robin", "note": "Ring her sister"}, on=opened)
    shown = text(page, 409)
    assert "Somebody saved this meanwhile" in shown
    assert "Tessa Lowe changed it on 1 December 2026 at 2:19pm, after you had opened the page." in shown
    for words in (
        "police escort only",
        "Ring her sister",
        "Shouting, A threat",
        "3 April 1979",
        "Nothing",
        "Not ticked",
    ):
        assert words in shown
    assert "Full name" not in shown and THING.saves == 0
    chosen = {"keep-note": "mine", "keep-kinds": "saved", "keep-born": "saved", "keep-tick": "saved"}
    assert press(client, "/edit/", chosen, on=page).url == "/done/1/"
    assert THING.kept == {
        "name": "Robin", "note": "Ring her sister", "kinds": ["a", "b"], "born": date(1979, 4, 3), "tick": True,
    }  # fmt: skip


def test_the_newer_is_kept_where_nobody_chooses(client):
    opened = client.get("/edit/")
    THING.kept |= {"note": "Do not go in: police escort only"}
    page = press(client, "/edit/", KEPT | {"name": "Robin"}, on=opened)
    text(page, 409)
    assert press(client, "/edit/", {"keep-note": "saved"}, on=page).url == "/done/1/"
    assert THING.kept["note"] == "Do not go in: police escort only" and THING.kept["name"] == "Robin"


def test_saved_again_while_the_two_versions_are_looked_at(client):
    opened = client.get("/edit/")
    THING.kept |= {"note": "Second", "name": "Second"}
    page = press(client, "/edit/", KEPT | {"note": "Mine", "name": "Mine"}, on=opened)
    THING.kept |= {"note": "Third"}
    page = press(client, "/edit/", {"keep-note": "saved", "keep-name": "mine"}, on=page)
    shown = text(page, 409)
    assert "Third" in shown and "Mine" in shown and "keep-name" not in shown
    assert press(client, "/edit/", {"keep-note": "mine"}, on=page).url == "/done/1/"
    assert (THING.kept["note"], THING.kept["name"]) == ("Mine", "Mine")


def test_the_same_saved_twice_is_no_difference(client):
    opened = client.get("/edit/")
    THING.kept |= {"name": "Robin"}
    assert press(client, "/edit/", KEPT | {"name": "Robin"}, on=opened).url == "/done/1/"


def test_saved_between_the_comparison_and_the_lock(client):
    THING.over = True
    page = press(client, "/edit/", KEPT | {"name": "Robin"})
    assert "Saved at the same instant" in text(page, 409) and THING.saves == 0
    assert press(client, "/edit/", {"keep-name": "mine"}, on=page).url == "/done/1/"
    assert THING.kept["name"] == "Robin"


def test_what_is_wrong_in_an_edit_keeps_the_version_it_began_from(client):
    page = press(client, "/edit/", KEPT | {"name": ""})
    assert "Enter name" in text(page)
    THING.kept |= {"note": "Do not go in: police escort only"}
    page = press(client, "/edit/", KEPT | {"name": "Robin"}, on=page)
    assert "police escort only" in text(page, 409)


def test_an_edit_without_its_version_undoes_nothing(client):
    proofs = {name: values for name, values in hidden(client.get("/edit/")).items() if name != "seen"}
    page = client.post("/edit/", proofs | KEPT | {"note": "", "do": "do"})
    assert "Never leave a voicemail" in text(page, 409) and THING.saves == 0


def test_a_session_that_ran_out_keeps_the_typing_but_no_token_and_no_seal(client):
    opened = client.get("/edit/")
    typed = hidden(opened) | KEPT | {"note": "Ring her sister", "do": "do"}
    user = client.session["_auth_user_id"]
    client.logout()
    client.post("/edit/", typed)
    kept = client.session["kept_typing"]["fields"]
    assert kept.keys() == KEPT.keys()
    THING.kept |= {"note": "Do not go in: police escort only"}
    client.force_login(factories.User.objects.get(pk=user))
    session = client.session
    session["kept_typing"] = {"typist": int(user), "path": "/edit/", "fields": kept, "seal": typed["seen"][0]}
    session.save()
    page = client.get("/edit/")
    assert "Ring her sister" in text(page) and hidden(page)["press"] != typed["press"]
    page = press(client, "/edit/", KEPT | {"note": "Ring her sister"}, on=page)
    assert "police escort only" in text(page, 409) and THING.saves == 0


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
@pytest.mark.parametrize("url", ["/checked/", "/edit/", "/account/login/", "/no-such-page/"])
def test_pages_answer_reading_and_posting_only(client, url, method):
    answer = getattr(client, method)(url)
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, POST")
