"""What the laboratory keeps besides readings."""
