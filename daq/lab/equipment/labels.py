"""The label of a piece of equipment as the register and its certificates have it now."""

import datetime

from sqlalchemy import Connection

from daq.lab.equipment.records import find_equipment
from daq.lab.equipment.validity import validity
from daq.lab.papers.content import EquipmentLabel, Standing
from daq.lab.papers.labels import render_labels
from daq.lab.papers.laboratory import laboratory_of
from daq.lab.reports.dossier import Office
from daq.lab.results.words import title_of
from daq.records.certificate_versions import versions
from daq.records.database import reading
from daq.records.register_tables import certificates


def label_pdf(office: Office, name: str) -> bytes:
    """The label, 50 mm x 30 mm, for a label printer.

    Raises:
        EquipmentError: the register has none of this name.
        PaperError: the site has no [laboratory], or the label cannot be typeset.
    """
    with reading(office.bench.engine) as connection:
        label = equipment_label(connection, office, name)
    return render_labels([label], office.bench.clock.now_ns(), sheet=False)


def equipment_label(connection: Connection, office: Office, name: str) -> EquipmentLabel:
    """What the label says; of several certificates the one that ends first.

    Raises:
        EquipmentError: the register has none of this name.
        PaperError: the site has no [laboratory].
    """
    laboratory = laboratory_of(office.settings.laboratory)
    about = find_equipment(connection, name)
    now_ns = office.bench.clock.now_ns()
    counting = [
        (one.content.due.last_day, one)
        for one in versions(connection, certificates.c.equipment == name)
        if one.content.due is not None and one.counts_at(now_ns)
    ]
    due_on, certificate = min(counting, key=lambda each: each[0], default=(None, None))
    calibrated_on = certificate.content.said("certificate", "calibrated_on") if certificate else None
    is_valid = validity(connection, name, now_ns).is_valid
    return EquipmentLabel(
        laboratory=laboratory.name,
        name=name,
        title=title_of(about),
        serial_number=about.serial_number,
        certificate=certificate.number if certificate else "",
        calibrated_on=calibrated_on if isinstance(calibrated_on, datetime.date) else None,
        due_on=due_on,
        standing=Standing.QUALIFIED if is_valid else Standing.STOPPED,
    )
