"""What is on the wire: links, dialects, profiles, and the sims that are their twins."""
