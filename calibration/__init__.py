"""What the number means: pure functions and frozen values; time is an argument."""
