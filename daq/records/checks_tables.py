"""Intermediate checks and nonconforming work: their tables as they are now; ``migrations`` makes them so."""
