"""Parts of the pages of intermediate checks."""
