"""The database as Django finds it under `config.database`: PostgreSQL that knows how much one statement may carry."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.postgresql import base, features, operations

MOST_PARAMETERS = 2**16 - 1


class DatabaseFeatures(features.DatabaseFeatures):
    """`in_bulk` asks in as many questions as the limit wants."""

    max_query_params = MOST_PARAMETERS


class DatabaseOperations(operations.DatabaseOperations):
    """Bulk writes and cascading deletes are parted by the same limit."""

    def bulk_batch_size(self, fields: Sequence[Any], objs: Sequence[Any]) -> int:
        """How many rows fit into one statement: its values are numbered in two bytes when the server binds them.

        Half of what fits, because `bulk_update` names the row once more for each field and does not count it here.
        """
        return MOST_PARAMETERS // (2 * max(len(fields), 1))


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL in all else."""

    features_class = DatabaseFeatures
    ops_class = DatabaseOperations
