"""The simulated county laboratory."""
