"""Drift: lines through errors, En scores, and advice on intervals."""
