"""Every append-only table whose rows ``hengliang verify`` compares with the audit trail."""

from daq.records import register_tables as register
from daq.security.kept_rows import KeptTable

DOCUMENTS = KeptTable(register.documents, "document")
EQUIPMENT = KeptTable(register.equipment, "equipment")
EQUIPMENT_LOG = KeptTable(register.equipment_log, "equipment-log")
CERTIFICATES = KeptTable(register.certificates, "certificate", frozenset({"content"}))
CERTIFICATE_STEPS = KeptTable(register.certificate_steps, "certificate-step")
CERTIFICATE_LINKS = KeptTable(register.certificate_links, "certificate-link")

KEPT_TABLES = (DOCUMENTS, EQUIPMENT, EQUIPMENT_LOG, CERTIFICATES, CERTIFICATE_STEPS, CERTIFICATE_LINKS)
