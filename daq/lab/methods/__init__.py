"""Written methods as data: read, checked against themselves, approved by two people."""
