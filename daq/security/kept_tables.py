"""Every append-only table whose rows ``hengliang verify`` compares with the audit trail."""

from daq.records import alerts_tables as alerts
from daq.records import bench_tables as bench
from daq.records import checks_tables as checks
from daq.records import register_tables as register
from daq.security.kept_rows import KeptTable

DOCUMENTS = KeptTable(register.documents, "document")
EQUIPMENT = KeptTable(register.equipment, "equipment")
EQUIPMENT_LOG = KeptTable(register.equipment_log, "equipment-log")
CERTIFICATES = KeptTable(register.certificates, "certificate", frozenset({"content"}))
CERTIFICATE_STEPS = KeptTable(register.certificate_steps, "certificate-step")
CERTIFICATE_LINKS = KeptTable(register.certificate_links, "certificate-link")

SAMPLES = KeptTable(bench.samples, "sample")
METHODS = KeptTable(bench.methods, "method", frozenset({"document"}))
METHOD_STEPS = KeptTable(bench.method_steps, "method-step")
SESSIONS = KeptTable(bench.sessions, "session")
SESSION_EVENTS = KeptTable(bench.session_events, "session-event")
CAPTURES = KeptTable(bench.captures, "capture", frozenset({"frame"}))
RESULTS = KeptTable(bench.results, "result")
RESULT_CAPTURES = KeptTable(bench.result_captures, "result-capture")
RESULT_CERTIFICATES = KeptTable(bench.result_certificates, "result-certificate")
REPORTS = KeptTable(bench.reports, "report")

CHECK_PLANS = KeptTable(checks.check_plans, "check-plan")
CHECKS = KeptTable(checks.checks, "check")
CHECK_BASELINES = KeptTable(checks.check_baselines, "check-baseline")
NONCONFORMITIES = KeptTable(checks.nonconformities, "nonconformity")
NONCONFORMITY_ITEMS = KeptTable(checks.nonconformity_items, "nonconformity-item")
NONCONFORMITY_STEPS = KeptTable(checks.nonconformity_steps, "nonconformity-step")

ALERT_ACTS = KeptTable(alerts.alert_acts, "alert-act")

KEPT_TABLES = (
    DOCUMENTS,
    EQUIPMENT,
    EQUIPMENT_LOG,
    CERTIFICATES,
    CERTIFICATE_STEPS,
    CERTIFICATE_LINKS,
    SAMPLES,
    METHODS,
    METHOD_STEPS,
    SESSIONS,
    SESSION_EVENTS,
    CAPTURES,
    RESULTS,
    RESULT_CAPTURES,
    RESULT_CERTIFICATES,
    REPORTS,
    CHECK_PLANS,
    CHECKS,
    CHECK_BASELINES,
    NONCONFORMITIES,
    NONCONFORMITY_ITEMS,
    NONCONFORMITY_STEPS,
    ALERT_ACTS,
)
