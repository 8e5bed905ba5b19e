"""Every public function of the package shows an example, and every example holds."""

import doctest
import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest

import policies

MODULES = [importlib.import_module(f"policies.{found.name}") for found in pkgutil.iter_modules(policies.__path__)]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_the_examples_hold(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_public_function_shows_an_example(module: ModuleType) -> None:
    functions = [
        thing
        for name, thing in inspect.getmembers(module, inspect.isfunction)
        if thing.__module__ == module.__name__ and not name.startswith("_")
    ]
    assert [function.__qualname__ for function in functions if ">>>" not in (function.__doc__ or "")] == []
