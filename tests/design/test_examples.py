"""The examples in the docstrings of the look are true."""

import doctest

import pytest

from design import dates, evidence, vendor, words


@pytest.mark.parametrize("module", [dates, evidence, vendor, words], ids=lambda module: module.__name__)
def test_examples(module):
    result = doctest.testmod(module)
    assert result.attempted and not result.failed
