"""From the journal to the time-series database."""
