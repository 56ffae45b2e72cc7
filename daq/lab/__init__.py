"""What a reading means in this laboratory."""
