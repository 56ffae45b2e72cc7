"""One file per language on the wire."""
