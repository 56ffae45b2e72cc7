"""Results: computed with their uncertainty, judged, and computed again."""
