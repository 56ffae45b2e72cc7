"""Every table of the records, so that migrations and tests see them all."""

from daq.records import alerts_tables, bench_tables, checks_tables, register_tables, schema
from daq.records.base import metadata

__all__ = ["alerts_tables", "bench_tables", "checks_tables", "metadata", "register_tables", "schema"]
