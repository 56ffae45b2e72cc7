"""Where a number comes from, and what stands on a certificate."""
