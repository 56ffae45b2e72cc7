"""Certificates: from an uploaded document to the curve that two people put in force."""
