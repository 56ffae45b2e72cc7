"""Intermediate checks: plans, charts, drift, and what falls due."""
