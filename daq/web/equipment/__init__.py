"""Parts of the pages of equipment."""
