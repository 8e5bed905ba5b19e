"""What a page of the register shows to whoever decides, by named parts: for its seal, compared under the lock.

The names are read by people: "Changed since you read it: what staff must do".
"""

from typing import Any

from decisions.acts import Act
from decisions.models import Consultation, Voice
from register.models import Consideration, Entry, Share

Parts = dict[str, Any]


def entry(found: Entry, act: Act) -> Parts:
    """An entry, as it stands before somebody decides on it."""
    return {
        "what staff must do": [found.instructions, found.arrangement, found.risks],
        "whom staff ring": [
            found.ring, found.ring_name, found.cover_name, found.cover_ring, found.cover_from, found.cover_until,
        ],
        "how long it stands": [found.ends_on, found.review_on, found.kept_on],
        "who sees it": found.shared_with_contractors,
        "what the resident was told": [found.resident_told, found.not_told_reason, found.look_again_on],
        "what others have decided": [[voice.by_id, voice.says, voice.what] for voice in act.voices],
        "what was said by those who are asked first": [[one.pk for one in asked.said] for asked in act.first],
    }  # fmt: skip


def shares(found: Entry) -> Parts:
    """An entry and with whom it is shared, before somebody decides to share it."""
    rows = Share.objects.standing().filter(entry=found).order_by("pk")
    return {
        "what staff must do": [found.instructions, found.risks],
        "who sees it": [found.shared_with_contractors, *rows.values_list("organisation", flat=True)],
    }


def share(found: Share) -> Parts:
    """What is shared with one contractor, before somebody recalls it."""
    return {"how long it is shared": [found.until_on, found.recalled_at]}


def question(found: Consideration) -> Parts:
    """The question whether somebody is entered: what was put forward, decided and said of it so far."""
    about = found.trail.about
    voices = Voice.objects.filter(about=about, dropped_at__isnull=True).order_by("pk")
    asked = Consultation.objects.filter(about=about).order_by("pk")
    return {
        "what the entry would say": found.proposed,
        "what others have decided": [[voice.by_id, voice.says, voice.what] for voice in voices],
        "what was said by those who are asked first": [one.pk for one in asked],
    }


def known(found: Entry) -> Parts:
    """What is stored of an entry, by the names of the fields that change it."""
    return {
        "instructions": "\n".join(found.instructions),
        "ring": found.ring,
        "shared": found.shared_with_contractors,
        "review_on": found.review_on,
    }
