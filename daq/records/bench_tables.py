"""Sessions at the bench, from the method to the report: their tables as they are now."""
