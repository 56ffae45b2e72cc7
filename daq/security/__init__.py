"""Who may do what, and the trail of what was done (``docs/accounts-and-audit.md``)."""
