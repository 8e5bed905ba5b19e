"""Build the demo: the council, its people, their stories and the sweeps of its last days; and four providers beside."""

from datetime import datetime, time, timedelta

from ops.seed import afterwards, restricted, warned, way
from ops.seed.around import LONDON
from ops.seed.council import Council
from ops.seed.neighbours import HOUSES, Neighbour
from ops.seed.telling import told
from worklist.services import sweeping

STORIES = sorted((*warned.STORIES, *restricted.STORIES), key=lambda story: story.resident)


def council(now: datetime) -> Council:
    """Build the demo's council around this instant: provider, people, residents, every story, a dog, the sweeps."""
    made = Council(now)
    made.found()
    made.hire()
    made.house()
    for story in STORIES:
        told(made, story)
    made.note_the_dog()
    made.share_with_contractors()
    for days_ago in (3, 2, 1):
        day = made.today - timedelta(days=days_ago)
        sweeping.sweep(day, at=datetime.combine(day, time(6), LONDON))
    return made


def neighbours(now: datetime) -> list[Neighbour]:
    """Build the four around this instant: a case at each point of the way, and what came after."""
    made = [Neighbour(now, house) for house in HOUSES]
    for neighbour in made:
        neighbour.build()
        for story in way.STORIES:
            told(neighbour, story)
        afterwards.tell(neighbour)
    return made
