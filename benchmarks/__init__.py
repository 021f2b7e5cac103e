"""Benchmarks: each a command that prints a table; the figures are in `docs/benchmarks.md`."""
