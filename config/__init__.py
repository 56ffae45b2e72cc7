"""Data only: an import package without code."""
