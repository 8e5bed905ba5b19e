"""`./run policy`: every problem of a file in words, a policy as a page, its dates as JSON, what changed."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ops import policy
from policies import citations, clocks, shelf
from tests import quick

DAYS = [
    "--decided", "2026-12-18", "--letter-dated", "2026-12-18", "--letter-received", "2026-12-21",
    "--appeal-received", "2027-01-04", "--starts", "2026-12-18", "--ends", "2027-06-18",
]  # fmt: skip
GOOD = shelf.builtin()["dover-district-council"][-1]
SETTLED = GOOD.with_name(shelf.LOCAL)


def newest(slug: str) -> str:
    return str(shelf.builtin()[slug][-1])


@pytest.fixture
def answer(capsys):
    """Runs the command; hands out its exit code and what it printed."""

    def run(*arguments: str) -> tuple[int, str]:
        code = policy.run(list(arguments))
        return code, capsys.readouterr().out

    return run


# check


def test_the_policies_on_the_shelf_have_no_problems(answer):
    files = [newest(slug) for slug in shelf.builtin()]
    assert len(files) == 5
    code, said = answer("check", *files)
    told = [line for line in said.splitlines() if not line.startswith("  look again: ")]
    assert (code, told) == (0, [f"{file}: no problems" for file in files])


def test_a_sound_file_is_read_with_what_to_look_at_again(answer, tmp_path: Path):
    text = tmp_path / "policy.txt"
    text.write_text(" ".join(f"\n{clause} …" for clause in citations.cited(shelf.read_builtin(GOOD.parent.name))))
    with text.open("a") as more:
        more.write("\n9.99 Songs\n6.12 (continued)\n")
    code, said = answer("check", str(GOOD), "--text", str(text))
    assert code == 0 and said.startswith(f"{GOOD}: no problems\n  look again: the file: a named person decides")
    assert "  look again: the file: the text has clauses that nothing here cites: 9.99.\n" in said


def test_every_problem_of_every_file_at_once(answer, tmp_path: Path):
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(
        GOOD.read_text().replace("[appeal]\n", '[appeal]\nwindwo = "20 working days from decision [6.34]"\n', 1)
        .replace('minimum = "6 months from start [6.16]"', 'minimum = "2 years from start [6.16]"')
        .replace('by = "manager [6.35]"', 'by = "managr [6.35]"')
    )  # fmt: skip
    code, said = answer("check", str(wrong), str(GOOD))
    assert code == 1
    assert f'{wrong}: appeal.windwo: is not known. Did you mean "window"?' in said
    assert f"{wrong}: restriction.minimum: is longer than the maximum" in said
    assert f"{wrong}: appeal.by: " in said and 'Did you mean "manager"?' in said
    assert f"{GOOD}: no problems" in said


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A provider's folder: a policy, its local rules, and a letter that it words."""
    (tmp_path / "letters").mkdir()
    for file in (GOOD, SETTLED):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "letters" / "warning.txt").write_text("[closing]\nGood day, {resident}.\n")
    return tmp_path


@pytest.mark.parametrize("slug", sorted(shelf.builtin()))
def test_the_folders_on_the_shelf_have_no_problems(answer, slug):
    code, said = answer("check", str(shelf.DATA / slug))
    assert code == 0 and said.startswith(f"{newest(slug)}: no problems\n")


def test_the_letters_beside_a_policy_are_checked_with_it(answer, folder: Path):
    named = str(folder / GOOD.name)
    for meant in (named, str(folder)):
        code, said = answer("check", meant)
        assert code == 0 and said.startswith(f"{named}: no problems\n")
    (folder / "letters" / "warning.txt").write_text("[closing]\nGood day, {residnet}.\n[opning]\n")
    (folder / "letters" / "warnin.txt").write_bytes(b"\xff")
    for meant in (named, str(folder)):
        code, said = answer("check", meant)
        assert code == 1 and len(said.splitlines()) == 3
        assert f"{folder}/letters/warning.txt, line 1, [closing]: names {{residnet}}" in said
        assert f"{folder}/letters/warnin.txt: is not UTF-8 text" in said


def test_the_letters_belong_to_the_newest_policy_of_the_folder(answer, folder: Path):
    old, new = folder / GOOD.name, folder / "2027-01-01.toml"
    new.write_text(GOOD.read_text().replace("[letter.warning]", "[letter.second_stage]"))
    (folder / "letters" / "second_stage.txt").write_text("[closing]\nGood day.\n")
    (folder / "letters" / "warning.txt").unlink()
    code, said = answer("check", str(folder))
    assert code == 0 and f"{old}: no problems\n" in said and f"{new}: no problems\n" in said
    (folder / "letters" / "second_stage.txt").write_text("[closing]\n\n")
    assert answer("check", str(old))[0] == 0 and answer("check", str(new))[0] == 1


def test_a_folder_uses_the_local_rules_in_it(answer, folder: Path):
    (folder / SETTLED.name).write_text(SETTLED.read_text().replace("review.interval", "appeal.final"))
    code, said = answer("check", str(folder))
    assert code == 1 and "appeal.final" in said
    assert answer("check", str(folder / GOOD.name))[0] == 0


def test_a_folder_without_a_policy_is_said_to_be_none(answer, tmp_path: Path):
    assert answer("check", str(tmp_path)) == (1, f"{tmp_path}: the file: is not a file.\n")


def test_a_clause_that_is_not_in_the_text_at_hand_is_a_problem(answer, tmp_path: Path):
    text = tmp_path / "policy.txt"
    text.write_text("6.16 A restriction lasts six to twelve months.")
    code, said = answer("check", str(GOOD), "--text", str(text))
    assert code == 1
    assert "cites clause 6.34, which is not in the policy's text" in said
    assert "clause 6.16," not in said


def test_local_rules_are_checked_with_their_policy(answer, tmp_path: Path):
    over = tmp_path / "over.toml"
    over.write_text(SETTLED.read_text().replace('review.interval = "every 6 months from start"', 'appeal.final = "no"'))
    assert answer("check", str(GOOD), "--local", str(SETTLED))[0] == 0
    code, said = answer("check", str(GOOD), "--local", str(over))
    assert code == 1 and "appeal.final" in said


@pytest.mark.parametrize(
    ("name", "why"),
    [("/nowhere/at/all.toml", "is not there"), ("/", "is not a file"), ("/dev/null", "is not a file"),
     ("a\x00b", "is not there"), ("x" * 5_000, "cannot be read")],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_said_in_words(answer, name, why):
    code, said = answer("check", name)
    assert code == 1 and why in said and "Traceback" not in said


@settings(
    max_examples=quick.examples(60, 2_000), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(data=st.binary(max_size=400) | st.text(max_size=400).map(lambda text: f'[appeal]\nwindow = "{text}"'.encode()))
def test_whatever_bytes_a_file_holds_there_is_an_answer(answer, tmp_path: Path, data: bytes):
    file = tmp_path / "any.toml"
    file.write_bytes(data)
    code, said = answer("check", str(file))
    assert code == 1 and said.startswith(f"{file}: ")


# clocks


def worked_out(answer, slug: str, *more: str) -> dict:
    code, said = answer("clocks", newest(slug), *DAYS, "--json", *more)
    assert code == 0
    return json.loads(said)


@pytest.mark.parametrize(
    ("slug", "parameter", "due", "clause"),
    [
        ("dover-district-council", "appeal.window", "2027-01-20", "6.34"),
        ("dover-district-council", "appeal.response", "2027-01-18", "6.35"),
        ("dover-district-council", "restriction.minimum", "2027-06-18", "6.16"),
        ("dover-district-council", "restriction.maximum", "2027-12-18", "6.16"),
        ("dover-district-council", "review.at_end", "2027-06-18", "6.18"),
        ("west-kent", "review.interval", "2027-06-18", "8.1"),
        ("northampton-partnership-homes", "appeal.response", "2027-01-11", "4.2"),
        ("tenancy-enforcement-procedure", "review.interval", "2027-06-18", "s10"),
        ("tenancy-enforcement-procedure", "spoc.quality_review", "2027-03-18", "s6"),
    ],
)
def test_dates_worked_by_hand(answer, slug, parameter, due, clause):
    found = worked_out(answer, slug)[parameter]
    assert (found["due"], found["clause"], found["unsaid"]) == (due, clause, False)


@pytest.mark.parametrize(
    ("slug", "parameter"),
    [
        ("west-kent", "appeal.window"), ("west-kent", "appeal.response"), ("west-kent", "restriction.maximum"),
        ("homes-for-life", "appeal.window"), ("homes-for-life", "restriction.minimum"),
        ("homes-for-life", "review.interval"), ("dover-district-council", "review.interval"),
        ("dover-district-council", "reconsideration.response"), ("dover-district-council", "spoc.quality_review"),
        ("northampton-partnership-homes", "restriction.maximum"), ("west-kent", "reconsideration.response"),
    ],
)  # fmt: skip
def test_no_value_at_all_is_unsaid_and_no_date(answer, slug, parameter):
    found = worked_out(answer, slug)[parameter]
    assert (found["due"], found["unsaid"], found["unsaid_parts"]) == (None, True, [])
    assert found["why_null"].startswith(
        ("the policy is silent", "the policy says nothing of it", "the policy has no reconsideration")
    )


def test_a_kind_of_day_that_is_unsaid_gives_both_readings_and_no_date(answer):
    found = worked_out(answer, "tenancy-enforcement-procedure")
    window, response = found["appeal.window"], found["appeal.response"]
    assert (window["due"], window["unsaid"], window["unsaid_parts"]) == (None, False, ["day_kind"])
    assert window["readings"] == {
        "calendar days": "2027-01-01",
        "working days, England and Wales": "2027-01-12",
        "working days, Scotland": "2027-01-13",
        "working days, Northern Ireland": "2027-01-12",
    }
    assert response["readings"] == {"calendar days": "2027-02-01", "working days": "2027-02-11"}
    settled = worked_out(answer, "tenancy-enforcement-procedure", "--nation", "england")["appeal.window"]
    assert settled["readings"] == {"calendar days": "2027-01-01", "working days": "2027-01-12"}


def test_a_request_came_with_the_appeal_and_the_contact_was_named_at_the_start_unless_told(answer):
    usual = worked_out(answer, "tenancy-enforcement-procedure")
    assert usual["reconsideration.response"]["readings"]["calendar days"] == "2027-02-01"
    told = worked_out(
        answer, "tenancy-enforcement-procedure", "--request-received", "2027-01-11", "--spoc-named", "2027-01-31",
        "--last-review", "2027-06-20",
    )  # fmt: skip
    assert told["reconsideration.response"]["readings"]["calendar days"] == "2027-02-08"
    assert told["spoc.quality_review"]["due"] == "2027-04-30"
    assert told["review.interval"]["due"] == "2027-12-20"


def test_a_day_that_is_not_given_leaves_no_date_and_says_so(answer):
    code, said = answer("clocks", newest("dover-district-council"), "--json")
    found = json.loads(said)
    assert code == 0 and found["appeal.window"]["due"] is None
    assert found["appeal.window"]["why_null"] == "the decision is not known"


def test_local_rules_are_read_where_they_are_named_and_shown_as_local(answer):
    found = worked_out(answer, "dover-district-council", "--local", str(SETTLED))["review.interval"]
    assert (found["due"], found["source"], found["local"]["by"]) == (
        "2027-06-18",
        "local",
        "Strategic Housing Manager",
    )


def test_the_command_says_what_the_engine_says(answer):
    dover = shelf.read_builtin("dover-district-council", local=False)
    code, said = answer("clocks", newest("dover-district-council"), *DAYS)
    calendar = policy.Calendar.of("england", policy.FIRST_YEAR, policy.LAST_YEAR)
    found = clocks.work_out(dover, "appeal.window", {"decision": date(2026, 12, 18)}, calendar)
    assert code == 0 and found.explain() in " ".join(said.split())


@pytest.mark.parametrize("wrong", ["18 December", "2026-02-30", "", "9" * 5_000])
def test_a_day_that_is_none_is_refused(answer, capsys, wrong):
    with pytest.raises(SystemExit) as stopped:
        answer("clocks", str(GOOD), "--decided", wrong)
    assert stopped.value.code == 2 and "is not a day" in capsys.readouterr().err


# show and diff


@pytest.mark.parametrize("slug", list(shelf.builtin()))
def test_a_policy_is_shown_with_what_it_leaves_open_at_the_end(answer, slug):
    code, said = answer("show", newest(slug))
    read = shelf.read_builtin(slug, local=False)
    assert code == 0 and said.startswith(read.title)
    assert said.index("\nUnsaid\n") < said.index("\nLost text\n")
    assert len(read.unsaid()) == said[said.index("\nUnsaid\n") : said.index("\nLost text\n")].count("\n    ") - sum(
        line.startswith("      ") for line in said[said.index("\nUnsaid\n") : said.index("\nLost text\n")].splitlines()
    )


def test_the_keys_are_listed_one_table_or_all_as_the_page_has_them(answer, capsys):
    page = (Path(__file__).parents[2] / "docs" / "policy-keys.md").read_text(encoding="utf-8")
    assert answer("keys") == (0, page)
    code, said = answer("keys", "appeal", "spoc")
    assert code == 0 and said.startswith("## [appeal]\n") and "### [appeal.for.NAME]" in said and "## [spoc]" in said
    assert "## [breach]" not in said
    with pytest.raises(SystemExit):
        policy.run(["keys", "apeal"])
    assert capsys.readouterr().err == "apeal is no table of a policy file. Did you mean appeal?\n"


def test_what_changed_is_said_clause_by_clause(answer, tmp_path: Path):
    new = tmp_path / "2027-04-01.toml"
    new.write_text(
        GOOD.read_text()
        .replace("20 working days from decision [6.34]", "15 working days from decision [6.35]")
        .replace('final = "yes [6.35]"', 'final = "yes [6.36]"')
        .replace('record = ["The appeal and its decision [6.36]"]\n', 'late = "exceptional [6.34 may]"\n')
    )
    code, said = answer("diff", str(GOOD), str(new))
    assert code == 0
    assert said.splitlines() == [
        "appeal.window (within what time): was 20 working days from decision (clause 6.34); "
        "is now 15 working days from decision (clause 6.35)",
        "appeal.final (whether that ends it within the provider): was yes (clause 6.35); is now yes (clause 6.36)",
        "appeal.record (what is recorded): gone: The appeal and its decision (clause 6.36)",
        "appeal.late (what happens to a late one): was unsaid; is now exceptional (clause 6.34, may)",
    ]
    assert answer("diff", str(GOOD), str(GOOD)) == (0, "Both say the same.\n")


def test_a_renamed_role_is_followed_and_not_called_new(answer, tmp_path: Path):
    new = tmp_path / "2027-04-01.toml"
    text = GOOD.read_text().replace('manager = { name = "Manager"', 'head = { was = "manager", name = "Manager"')
    new.write_text(text.replace('by = "manager [6.35]"', 'by = "head [6.35]"'))
    code, said = answer("diff", str(GOOD), str(new))
    assert code == 0 and "roles.manager" not in said and "roles.head.name" not in said
    assert "appeal.by (who decides): was manager (clause 6.35); is now head (clause 6.35)" in said


def test_a_file_with_problems_is_not_compared(answer, capsys, tmp_path: Path):
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[policy]\n")
    with pytest.raises(SystemExit) as stopped:
        answer("diff", str(GOOD), str(wrong))
    assert stopped.value.code == 1 and "policy.provider: is missing" in capsys.readouterr().err


# what needs the database


HIGHMOOR = Path(__file__).parents[1] / "policies" / "invented" / "highmoor.toml"
ADOPT = [
    "--significant", "--approved-by", "The members", "--why", "First adoption", "--by", "gwen@highmoor.example",
    "--name", "Cartrefi Highmoor", "--short-name", "Highmoor", "--nation", "wales", "--kind", "association",
    "--address", "1 Moor Lane|Highmoor|LL1 1ZZ", "--email", "homes@highmoor.example", "--phone", "01632 960400",
    "--administrator", "Gwen Hughes <gwen@highmoor.example>", "--administrator", "Huw Rees <huw@highmoor.example>",
]  # fmt: skip


@pytest.mark.slow
def test_a_new_provider_is_adopted_by_two_people_without_a_line_of_code(run_command):
    early = run_command("policy", "adopt", "highmoor", str(HIGHMOOR), *ADOPT)
    assert early.returncode == 1 and "The database is not prepared yet" in early.stderr
    assert "Traceback" not in early.stderr
    assert run_command("manage", "migrate", "--verbosity", "0").returncode == 0
    adopted = run_command("policy", "adopt", "highmoor", str(HIGHMOOR), *ADOPT)
    assert adopted.returncode == 0, adopted.stderr
    assert "Set up: Cartrefi Highmoor" in adopted.stdout and "It holds once another administrator" in adopted.stdout
    alone = run_command("policy", "confirm", "highmoor", "--by", "gwen@highmoor.example")
    assert alone.returncode == 1 and "somebody else confirms it" in alone.stderr
    confirmed = run_command("policy", "confirm", "highmoor", "--by", "huw@highmoor.example")
    assert (confirmed.returncode, confirmed.stdout.startswith("Adopted: ")) == (0, True), confirmed.stderr
    touched = run_command("policy", "diff", str(HIGHMOOR), str(HIGHMOOR), "--provider", "highmoor")
    assert touched.returncode == 0 and "Both say the same." in touched.stdout
    assert "Open cases of Cartrefi Highmoor: 0." in touched.stdout
    nobody = run_command("policy", "diff", str(HIGHMOOR), str(HIGHMOOR), "--provider", "lowmoor")
    assert nobody.returncode == 1 and "There is no provider 'lowmoor'. There are: highmoor" in nobody.stderr
