"""Benchmarks: one module each, with `main(arguments)`; its docstring says what it measures beside what."""
