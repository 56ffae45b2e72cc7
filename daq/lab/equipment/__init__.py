"""The register of equipment, and whether a piece of it may be used."""
