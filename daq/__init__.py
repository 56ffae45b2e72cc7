"""What the laboratory does: it joins drivers and calibration, and keeps the record."""
