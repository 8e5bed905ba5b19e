"""What several had said on a case, before voices had a room of their own, is kept with whose it is."""

import pytest

from decisions.models import Consultation, Voice
from tests import migrating
from tests.factories import NOON
from tests.restrictions import builders


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("empty_queue")
def test_voices_and_consultations_name_the_provider_the_resident_and_the_case():
    w = builders.world()
    said = {
        "about": "restriction:X-000004",
        "act": "restrict",
        "case_id": w.case.pk,
        "recorded_by_id": w.staff.manager.pk,
    }
    with migrating.at("decisions", "0001_moved_from_cases") as before:
        before.get_model("decisions", "Voice").objects.create(
            **said, by_id=w.staff.manager.pk, says="agree", reasons="It is needed.", what={"months": 6}, at=NOON
        )
        before.get_model("decisions", "Consultation").objects.create(
            **said, person_id=w.staff.dpo.pk, on=NOON.date(), words="No objection.", recorded_at=NOON
        )
    voice, consultation = Voice.objects.get(), Consultation.objects.get()
    for kept in (voice, consultation):
        assert (kept.provider, kept.resident, kept.case_ref) == (w.provider, w.resident, w.case.reference)
        assert (kept.about, kept.act, kept.recorded_by) == ("restriction:X-000004", "restrict", w.staff.manager)
    assert (voice.by, voice.what, consultation.words) == (w.staff.manager, {"months": 6}, "No objection.")
