"""The stories of the neighbours, alike at each: whatever steps its policy knows are taken as it asks for them."""

from typing import Any

from ops.seed.story import Happening, Story

FIRST = "Rang eleven times about one repair, and shouted for ten minutes each time."
LATER = "Came to the desk, shouted at the receptionist, and would not leave for half an hour."


def happening(days_ago: int, facts: str, **more: Any) -> Happening:
    """An incident, logged by the officer of the stories under the first heading of the policy."""
    return Happening(days_ago, facts, categories=(), reporter="colleague", **more)


def story(resident: int, *, logged: int = 40, again: int | None = 12, **days: int | str | None) -> Story:
    """What was logged, put in writing, warned of, and happened again; then whatever else is told."""
    later = [happening(again, LATER, channel="office")] if again else []
    told: dict[str, Any] = {"first_letter": 38, "warned": 34} | days
    return Story(
        resident,
        (happening(logged, FIRST, warnings=2), *later),
        agreed="You told us how long you had waited for the repair. We said that we would ring you about it.",
        expected="Speak calmly, let the person you speak to finish, and ring once about a repair: we ring back.",
        same_again="He had been asked twice to speak calmly, and shouted on for ten minutes in the same call.",
        terms=(
            ("phone", "limited", "You may ring us on Tuesdays and Thursdays between 10am and 11am."),
            ("email", "open", ""),
            ("letter", "open", ""),
        ),
        orders=("Do not see him alone.", "Ring the team leader before you go."),
        risks=(),
        reasons="The letter did not help, and staff are afraid of the telephone.",
        less="A call-back at a set time, which he did not keep to.",
        **told,
    )


STORIES = (
    story(0, again=None, first_letter=None, warned=None),
    story(1),
    story(2, proposed=8),
    story(3, proposed=8, imposed=6),
)
COVERED = story(4, proposed=8, imposed=6, spoc="contact")
CHECKED = story(5, logged=74, first_letter=73, warned=73, again=72, proposed=71, imposed=70, spoc="contact")
"""A restriction of which a quarter is nearly over, as early as the provider has had its policy."""
WAIVED = story(6, proposed=8, imposed=6)
APPEALED = story(7, logged=12, again=None, first_letter=11, warned=None)
