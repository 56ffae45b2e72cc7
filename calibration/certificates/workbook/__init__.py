"""Certificates as workbooks: the template, and what was filled in."""
