"""Hostile inputs, millions of them: see `python -m benchmarks.fuzz --help`."""
