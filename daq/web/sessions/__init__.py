"""Parts of the pages of sessions."""
