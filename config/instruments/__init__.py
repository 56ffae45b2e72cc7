"""One TOML file per instrument profile."""
