"""Build the demo's council: its people, their stories, and the sweeps of its last days."""

from datetime import datetime, time, timedelta

from ops.seed import stories
from ops.seed.around import LONDON
from ops.seed.council import Council
from ops.seed.telling import Telling
from worklist.services import sweeping


def build(now: datetime) -> Council:
    """Build the demo's council around this instant: provider, people, residents, every story, a dog, the sweeps."""
    council = Council(now)
    council.found()
    council.hire()
    council.house()
    for story in stories.STORIES:
        Telling(council, story).tell()
    council.note_the_dog()
    for days_ago in (3, 2, 1):
        day = council.today - timedelta(days=days_ago)
        sweeping.sweep(day, at=datetime.combine(day, time(6), LONDON))
    return council
