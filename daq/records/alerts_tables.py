"""Alerts and the messages about them: their tables as they are now; ``migrations`` makes them so."""
