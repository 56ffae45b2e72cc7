"""Sessions at the bench: from the sample to the two signatures."""
