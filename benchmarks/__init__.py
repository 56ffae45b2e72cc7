"""Side by side against peers and limits: speed belongs here, not into tests."""
