"""Simulated peers: physics, one twin per dialect, and faults that are added around a twin."""
