"""Digital calibration certificates (DCC, PTB): XML to what was found and findings."""
