"""Control charts: limits, rules, and how long each runs until it alarms."""
