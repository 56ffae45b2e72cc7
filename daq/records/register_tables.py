"""Equipment, certificates and their documents: their tables as they are now; ``migrations`` makes them so."""
