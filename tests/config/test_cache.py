"""The cache keeps words and numbers; a pickle that somebody put there is never run."""

import pickle

import pytest
from django.core.cache import cache

from config.cache import Json

RAN = []


class Trap:
    """What unpickling would run."""

    def __reduce__(self):
        return RAN.append, ("ran",)


@pytest.mark.parametrize("value", [0, -3, 2.5, 5.0, True, None, "", "5", "Zoë", [1.5, "x"], {"a": [1, None]}])
def test_what_is_kept_comes_back(empty_queue, value):
    cache.set("thing", value)
    back = cache.get("thing")
    assert (back, type(back)) == (value, type(value))


def test_numbers_count_up_in_the_server(empty_queue):
    cache.set("count", 1)
    assert cache.incr("count") == 2 and cache.get("count") == 2


def test_a_pickle_is_refused_and_not_run(empty_queue):
    bad = pickle.dumps(Trap())
    server = cache._cache.get_client("thing", write=True)
    server.set(cache.make_key("thing"), bad)
    with pytest.raises(ValueError):
        cache.get("thing")
    with pytest.raises(ValueError):
        Json().loads(bad)
    assert RAN == []


def test_what_json_cannot_say_is_not_kept(empty_queue):
    with pytest.raises(TypeError):
        cache.set("thing", Trap())
