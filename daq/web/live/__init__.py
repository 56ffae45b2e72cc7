"""What the live pages show: followed from the journal, put into words."""
