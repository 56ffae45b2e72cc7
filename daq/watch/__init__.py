"""What must be known at once."""
