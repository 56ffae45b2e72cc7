"""Nonconforming work: its causes, its course, and each item to its decision."""
