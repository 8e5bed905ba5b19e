"""However somebody is typed, they are found."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from people.models import Resident
from people.search import plain, run_together, same_home, search_filter, search_terms
from people.services import search_text
from tests import factories

NAMES = st.text(min_size=1, max_size=40).filter(lambda name: plain(name))
RTL = "\u202b\u05d0\u05d1\u05e8\u05d4\u05dd \u05db\u05d4\u05df\u202c"


class Row:
    """A resident as the search sees one."""

    def __init__(self, name="", lines="", postcode="", phone=""):
        address = type("Address", (), {"lines": lines, "postcode": postcode})
        self.search = search_text([name], [address] if lines or postcode else [], [phone] if phone else [])

    def found_by(self, typed):
        together = run_together(typed)
        return all(term in self.search for term in search_terms(typed)) or bool(together and together in self.search)


@given(name=NAMES, data=st.data())
@example(name="José Ångström-Müller", data=None)
@example(name=RTL, data=None)
@example(name="Flat 12 34", data=None)
def test_any_part_of_a_name_finds_its_bearer(name, data):
    row = Row(name)
    start = data.draw(st.integers(0, len(name) - 1)) if data else 0
    end = data.draw(st.integers(start + 1, len(name))) if data else len(name)
    part = name[start:end]
    assert row.found_by(part), (part, row.search)
    assert row.found_by(part.upper()) or part.upper().casefold() != part.casefold()


@pytest.mark.parametrize("typed", ["Jose", "JOSÉ", "josé", "Jose\u0301", "angstrom", "Müller", "muller", "strom-mul"])
def test_accents_and_case_do_not_matter(typed):
    assert Row("José Ångström-Müller").found_by(typed)


@given(
    digits=st.text("0123456789", min_size=9, max_size=9),
    written=st.sampled_from(["0{}", "+44{}", "+44 {}", "0044 {}", "(0){}", "44{}"]),
    typed=st.sampled_from(["0{}", "+44{}", "+44 {}", "0044 {}", "44{}", "{}"]),
    gaps=st.lists(st.integers(1, 8), max_size=3),
)
@example(digits="123456789", written="+44 {}", typed="0{}", gaps=[3])
def test_any_spelling_of_a_phone_finds_its_bearer(digits, written, typed, gaps):
    number = "7" + digits
    spaced = "".join(" " + digit if at in gaps else digit for at, digit in enumerate(number))
    assert Row(phone=written.format(number)).found_by(typed.format(spaced))
    assert Row(phone=written.format(spaced)).found_by(typed.format(number))
    assert Row(phone=written.format(number)).found_by(number[:6])


@given(
    outward=st.from_regex(r"[A-Z]{1,2}[0-9][0-9A-Z]?", fullmatch=True),
    inward=st.from_regex(r"[0-9][A-Z]{2}", fullmatch=True),
    stored=st.sampled_from([" ", "", "  "]),
    typed=st.sampled_from([" ", "", "   ", "-"]),
    lower=st.booleans(),
)
def test_any_spelling_of_a_postcode_finds_its_home(outward, inward, stored, typed, lower):
    row = Row(lines="12 Marine Parade", postcode=outward + stored + inward)
    wanted = outward + typed + inward
    assert row.found_by(wanted.lower() if lower else wanted)
    assert row.found_by(f"marine {outward}")


@given(text=st.text(max_size=60))
def test_what_is_searched_is_plain_and_stays_so(text):
    once = plain(text)
    assert plain(once) == once and "\x00" not in once
    assert all(c.isalnum() or c == " " for c in once)
    assert not any(unicodedata.combining(c) for c in once)


def test_digits_of_any_script_are_digits():
    assert Row(phone="07700 900123").found_by("٠٧٧٠٠ ٩٠٠١٢٣")


def test_the_database_finds_what_the_rules_say(db):
    provider = factories.dover()
    officer = factories.working_as(provider, "officer")
    someone = factories.resident(provider, officer, "José Ångström", known_as=["Pepe"])
    backwards = factories.resident(provider, officer, RTL, phones=("+44 20 7946 0958",), home=None)
    for typed in ("jose", "ANGSTROM", "pepe", "ct161lw", "CT16 1LW", "07700 900 123", "+447700900123", "marine",
                  someone.reference, "\x00jose\x00"):  # fmt: skip
        assert someone in Resident.objects.filter(search_filter(typed)), typed
    assert list(Resident.objects.matching("אברהם")) == [backwards]
    assert list(Resident.objects.matching("020 7946 0958")) == [backwards]
    assert not Resident.objects.matching("jose nobody").exists()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("12 Marine Parade\nDover", "CT16 1LW"), ("12 marine parade", "ct161lw"), True),
        (("12 Marine Parade", "CT16 1LW"), ("12 Marine Parade, Dover", ""), True),
        (("Flat 1, 12 Marine Parade", "CT16 1LW"), ("Flat 2, 12 Marine Parade", "CT16 1LW"), False),
        (("Flat 1, 12 Marine Parade", "CT16 1LW"), ("12 Marine Parade", "CT16 1LW"), False),
        (("12 Marine Parade", "CT16 1LW"), ("12 Marine Parade", "CT16 1LX"), False),
        (("12a Marine Parade", "CT16 1LW"), ("12 Marine Parade", "CT16 1LW"), False),
        (("", "CT16 1LW"), ("", "CT16 1LW"), False),
    ],
)
def test_two_addresses_of_one_home(one, other, same):
    assert same_home(*one, *other) is same
    assert same_home(*other, *one) is same
