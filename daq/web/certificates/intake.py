"""How a document comes in: upload, look at what was found, say whose it is, make a draft."""

import datetime
from collections.abc import Awaitable, Callable
from itertools import islice
from zoneinfo import ZoneInfo

from nicegui import events, run, ui

from calibration.certificates.imported import Imported
from daq.lab.certificates.documents import document_of
from daq.lab.certificates.draft import Document, Said
from daq.lab.certificates.life import save_draft
from daq.lab.equipment.records import Equipment, equipment
from daq.records.database import reading
from daq.security.document_kinds import MOST_BYTES
from daq.security.uploads import Examined, examine
from daq.web.certificates.findings import MOST_SHOWN, finding_row, signature_table
from daq.web.certificates.owner import Owner
from daq.web.certificates.upload import channel_of, results_of
from daq.web.certificates.words import KINDS
from daq.web.forms import done, once, said
from daq.web.frame import box
from daq.web.visit import Visit

MOST_RESULTS = 40
"""Of one document, each with its question."""


class Intake:
    """From a file to a draft for each of its results that somebody wants."""

    def __init__(self, here: Visit, of: int | None) -> None:
        """Build it; ``of`` is the certificate of which a corrected document is uploaded."""
        self._here = here
        self._of = of
        say = here.words.say
        if of is not None:
            ui.label(say("as a new version of certificate {number}", number=of)).classes("detail")
        with box("panel"):
            ui.label(say("DCC (XML), workbook (XLSX, CSV), PDF or native TOML; up to 30 MB, kept as it is."))
            self._upload = ui.upload(
                on_upload=self._uploaded,
                on_rejected=self._rejected,
                auto_upload=True,
                max_file_size=MOST_BYTES,
                label=say("Choose a file or drop it here"),
            )
            self._upload.props("flat bordered").classes("intake")
        self._found = box("panel")
        self._found.set_visibility(False)

    def _say(self, *sentences: str) -> None:
        """That it is refused, and why."""
        self._found.clear()
        self._found.set_visibility(True)
        with self._found:
            title = self._here.words.say("This file is refused; nothing of it was kept.")
            ui.label(title).classes("refusal")
            for sentence in sentences:
                ui.label(self._here.words.sentence(sentence))

    def _rejected(self) -> None:
        self._upload.reset()
        self._say(self._here.words.say("It is larger than 30 MB; a certificate is smaller."))

    async def _uploaded(self, event: events.UploadEventArguments) -> None:
        here, say = self._here, self._here.words.say
        data = await event.file.read()
        self._upload.reset()  # what is refused shall not be listed with a tick
        self._found.clear()
        self._found.set_visibility(True)
        with self._found:
            ui.label(say("Reading {name} … it takes some seconds.", name=event.file.name[:120]))
        now = datetime.datetime.fromtimestamp(
            here.desk.clock.now_ns() // 10**9, ZoneInfo(here.settings.site.timezone)
        )
        examined = await run.io_bound(examine, data, event.file.name, here.settings.certificates, now)
        if examined is None or examined.imported is None:
            self._say(*(examined.refused if examined else ()))
            return
        self._found.clear()
        with self._found, said(here):
            self._offer(document_of(examined, data), examined, examined.imported)

    def _offer(self, document: Document, examined: Examined, imported: Imported) -> None:
        """What was found, and for each result the question whose certificate it is."""
        here, say = self._here, self._here.words.say
        admin = imported.administrative
        ui.label(f"{admin.number or say('without a number')} · {admin.laboratory}").classes("caption")
        ui.label(f"{imported.format} · {say(KINDS[admin.kind.value])}").classes("detail")
        signature_table(here, examined.signature)
        for finding in imported.findings[:MOST_SHOWN]:
            finding_row(here, finding)
        if len(imported.findings) > MOST_SHOWN:
            ui.label(say("and {count} more", count=len(imported.findings) - MOST_SHOWN)).classes("detail")
        with reading(here.desk.engine) as connection:
            known = equipment(connection)
        with box("heading"):
            ui.label(say("Whose certificate is it?")).classes("caption")
            ui.link(f"+ {say('Register equipment')}", "/equipment-new")
        likely = self._likely(document, known)
        for number, title in islice(results_of(imported, here.words), MOST_RESULTS):
            quantity = imported.proposals[number].quantity if number is not None else ""
            with box("filters"):
                ui.label(title).classes("grow")
                owner = Owner(here, known, likely, "", quantity)
                make = ui.button(say("Make a draft"))
                make.on_click(self._drafting(document, number, owner, make))
                make.props("unelevated no-caps").bind_enabled_from(owner.equipment, "value", bool)
        if len(imported.proposals) > MOST_RESULTS:
            sentence = say(
                "It has {count} results; only the first are offered.", count=len(imported.proposals)
            )
            ui.label(sentence).classes("detail")

    def _likely(self, document: Document, known: dict[str, Equipment]) -> str:
        """Whose it most likely is: by name in a native file, by serial number, or as it was before."""
        wanted = document.native.get("equipment", {}) if document.native else {}
        if isinstance(wanted, dict) and wanted.get("name"):
            return str(wanted["name"])
        serials = {one.serial_number for one in document.imported.administrative.items if one.serial_number}
        return next((one.name for one in known.values() if one.serial_number in serials), "")

    def _of_channel(self, document: Document, number: int | None, owner: Owner) -> dict[str, dict[str, str]]:
        """The unit in which the channel indicates, of the same quantity: points are converted to it."""
        channel = channel_of(self._here.desk, owner.name, owner.channel_name)
        if channel is None or number is None or document.native:
            return {}
        if document.imported.proposals[number].quantity != channel.quantity:
            return {}
        return {"equipment": {"unit": channel.unit, "quantity": channel.quantity}}

    def _drafting(
        self, document: Document, number: int | None, owner: Owner, button: ui.button
    ) -> Callable[[], Awaitable[None]]:
        async def make() -> None:
            here = self._here
            with once(button), said(here):
                wanted = Said(
                    equipment=owner.name,
                    channel=owner.channel_name,
                    proposal=number,
                    without_results=number is None,
                    tables=self._of_channel(document, number, owner),
                )
                version = await run.io_bound(
                    save_draft, here.desk.register, here.actor(), document, wanted, self._of
                )
                if version is not None:
                    done(here.words.say("Kept as draft {record}.", record=version.record))
                    ui.navigate.to(f"/certificate/{version.record}")

        return make
