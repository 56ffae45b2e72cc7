"""Parts of the pages of certificates."""
