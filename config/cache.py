"""What the cache holds is JSON: whoever writes into Valkey gives us words and numbers, never objects that run."""

import json
from typing import Any


class Json:
    """Django's own keeps pickles, and reading a pickle runs what it says. Whole numbers stay bare, so they count up."""

    def dumps(self, value: Any) -> Any:
        """Text for Valkey. Raises `TypeError` for what JSON cannot say."""
        return value if type(value) is int else json.dumps(value).encode()

    def loads(self, data: bytes) -> Any:
        """What was kept. Raises `ValueError` for anything that is not JSON."""
        return json.loads(data)
