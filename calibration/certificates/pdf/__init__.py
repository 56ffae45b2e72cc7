"""Certificates in PDF: text and tables to proposals with their places."""
