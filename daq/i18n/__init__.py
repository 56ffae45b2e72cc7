"""Chinese and English."""
