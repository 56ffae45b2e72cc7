"""Formulas of methods: parsed by a small grammar, checked for units, computed; never run as a program."""
