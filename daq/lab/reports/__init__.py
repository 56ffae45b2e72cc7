"""Reports of sessions: from the records to the paper."""
