"""One TOML file per written method; each a draft to be checked on paper by the laboratory."""
