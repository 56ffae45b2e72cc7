"""Chains of certificates made up for tests."""

import datetime

from daq.lab.tracing.chain import Use, chain_of
from daq.records.certificate_content import Content, CountedFrom, Due, Form
from daq.records.certificate_versions import StandardLink, State, Step, Version

DAY_NS = 86_400 * 10**9


def ns(day):
    """The start of a day, UTC."""
    moment = datetime.datetime.combine(datetime.date.fromisoformat(day), datetime.time(), datetime.UTC)
    return int(moment.timestamp()) * 10**9


def version(record, equipment, *links, **about):
    """One version in force from ``begins`` until ``ends``; links are numbers, or (number, hash) pairs."""
    certificate_id, _, number = record.partition(".")
    begins, ends = about.get("begins", "2026-01-10"), about.get("ends", "2027-01-10")
    steps = [Step(1, 0, "a", "metrologist", State.ENTERED, None, "")]
    if about.get("in_force", True):
        steps.append(Step(2, 0, "b", "metrologist", State.IN_FORCE, ns(begins), ""))
    if about.get("revoked"):
        steps.append(Step(3, 0, "b", "metrologist", State.REVOKED, None, ""))
    native = {
        "certificate": {
            "number": about.get("number", f"C-{record}"),
            "laboratory": about.get("laboratory", "County institute"),
            "calibrated_on": datetime.date.fromisoformat(about.get("calibrated", begins)),
        }
    }
    content = Content(
        form=Form.CURVE,
        native=native,
        file_name="test",
        due=Due(datetime.date.fromisoformat(ends), ns(ends), CountedFrom.CALIBRATED, None, 12),
    )
    return Version(
        id=int(certificate_id),
        version=int(number),
        t_ns=0,
        account="a",
        number=about.get("number", f"C-{record}"),
        equipment=equipment,
        channel="",
        document_sha256=about.get("sha256", f"{certificate_id:0>4}" * 16),
        content=content,
        reason="",
        steps=tuple(steps),
        links=tuple(
            StandardLink(*(link if isinstance(link, tuple) else (link, "")), about.get("upstream", ""))
            for link in links
        ),
    )


class Known:
    """Versions in memory."""

    def __init__(self, *found):
        self.found = found

    def version(self, record):
        return next((one for one in self.found if one.record == record), None)

    def of_document(self, sha256):
        return tuple(one for one in self.found if one.document_sha256 == sha256)

    def of_number(self, number):
        return tuple(one for one in self.found if one.number == number)


def chain(found, record="1.1", at="2026-09-21", equipment="B-01"):
    return chain_of(Known(*found), [Use(equipment, record, ns(at))])


WEIGHTS_SHA = "0002" * 16
LABORATORY_SHA = "0003" * 16
WHOLE = (
    version("1.1", "B-01", ("E2-0008", WEIGHTS_SHA), number="LX-0417", laboratory="本实验室 our laboratory"),
    version(
        "2.1", "W-01", ("C-3.1", LABORATORY_SHA), number="E2-0008", begins="2025-06-01", ends="2026-06-01",
        laboratory="某某省计量科学研究院",
    ),
    version("3.1", "W-E1", begins="2024-03-01", ends="2026-03-01", laboratory="中国计量科学研究院 (NIM)"),
)  # fmt: skip
"""Balance, weights of the laboratory, weights of the province; the institute of the country at the end."""
