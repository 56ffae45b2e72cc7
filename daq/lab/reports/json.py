"""A report as JSON, for the command line and for other programs."""

from daq.journal.times import utc_text
from daq.lab.reports.issuing import IssuedReport
from daq.security.audit import Json


def report_json(report: IssuedReport) -> dict[str, Json]:
    """One version of a report."""
    content = report.content
    return {
        "number": report.number,
        "version": report.version,
        "session": report.session,
        "t": utc_text(report.t_ns),
        "account": report.account,
        "check_code": report.check_code,
        "documents": dict(report.documents),
        "sample": content.sample.number,
        "simulated": content.simulated,
        "results": [
            {
                "item": {"zh_CN": item.name.zh, "en": item.name.en},
                "reported": item.reported,
                "unit": item.unit,
                "U": item.U,
                "k": item.k,
                "verdicts": [one.decision.value for one in item.verdicts],
            }
            for item in content.items
        ],
    }
