"""All certificates, and how a new one comes in: upload, look, say whose it is."""

import datetime
from collections.abc import Awaitable, Callable, Iterator, Sequence
from zoneinfo import ZoneInfo

from fastapi import Request
from nicegui import events, run, ui
from starlette.responses import Response

from calibration.certificates.imported import Imported
from daq.lab.certificate_draft import Document, Said
from daq.lab.certificate_life import save_draft
from daq.lab.certificate_steps import ENTERERS
from daq.lab.equipment import equipment
from daq.records.certificate_versions import State, Version, versions
from daq.records.database import reading
from daq.security.uploads import Examined, examine
from daq.web.certificate_upload import channels_of, document_of, results_of
from daq.web.certificate_words import KINDS, signature_rows, state_text
from daq.web.desk import Desk
from daq.web.forms import done, said, table
from daq.web.frame import Frame, box
from daq.web.visit import Visit, opened

PAST = (State.SUPERSEDED, State.REVOKED)


def register(desk: Desk) -> None:
    """``/certificates`` and ``/certificates-new``."""

    @ui.page("/certificates")
    def page(request: Request) -> Response | None:
        return opened(desk, request, certificates_page)

    @ui.page("/certificates-new")
    def new_page(request: Request) -> Response | None:
        return opened(desk, request, lambda here: UploadPage(here).build())


def certificates_page(here: Visit) -> None:
    """Build the list: what waits for somebody first, then what is in force, then what is past."""
    say, asked = here.words.say, here.request.query_params
    frame = Frame(here, say("Certificates"), "equipment")
    only = asked.get("equipment", "")
    with reading(here.desk.engine) as connection:
        found = [one for one in _shown(versions(connection)) if only in ("", one.equipment)]
    with frame.main():
        with box("heading"):
            ui.label(say("Certificates") + (f" · {only}" if only else "")).classes("big")
            ui.link(say("Equipment"), f"/equipment/{only}" if only else "/equipment")
            if here.has(*ENTERERS):
                ui.link(f"+ {say('Upload a certificate')}", "/certificates-new")
        groups = (
            (say("Waiting for somebody"), [one for one in found if _waits(one)]),
            (say("In force"), [one for one in found if not _waits(one) and one.state not in PAST]),
            (say("Past"), [one for one in found if one.state in PAST]),
        )
        for title, some in groups:
            if some:
                with box("panel"):
                    ui.label(title).classes("caption")
                    _table(here, some)
        if not found:
            ui.label(say("There is no certificate yet.")).classes("detail")
    ui.timer(1.0, lambda: frame.show(here.view()))


def _shown(found: Sequence[Version]) -> Iterator[Version]:
    """All but drafts that a later version of the same certificate took the place of."""
    newest = {one.id: one.version for one in found}
    for one in found:
        if one.version == newest[one.id] or one.state not in (State.DRAFT, State.RETURNED):
            yield one


def _waits(one: Version) -> bool:
    return one.state in (State.DRAFT, State.RETURNED, State.ENTERED, State.CHECKED)


def _table(here: Visit, some: Sequence[Version]) -> None:
    say, words, now_ns = here.words.say, here.words, here.desk.clock.now_ns()
    rows = []
    for one in some:
        begins_ns, due = one.begins_ns, one.content.due
        rows.append(
            (
                (one.record, f"/certificate/{one.record}"),
                one.number,
                (f"{one.equipment} {one.channel}".strip(), f"/equipment/{one.equipment}"),
                say(KINDS.get(one.content.kind, one.content.kind)),
                str(one.content.said("certificate", "laboratory") or ""),
                state_text(one, words, now_ns),
                words.date(begins_ns) if begins_ns else "",
                due.last_day.isoformat() if due else "",
            )
        )
    headings = ("#", say("Certificate number"), say("Equipment"), say("Kind"), say("Laboratory"))
    table((*headings, say("State"), say("In force from"), say("Last day")), rows, "")


class UploadPage:
    """From a file to a draft for each of its results that somebody wants."""

    def __init__(self, here: Visit) -> None:
        self._here = here
        self._frame = Frame(here, here.words.say("Upload a certificate"), "equipment")
        of = here.request.query_params.get("of", "")
        self._of = int(of) if of.isascii() and of.isdigit() and len(of) < 10 else None
        """The certificate of which a corrected document is uploaded."""

    def build(self) -> None:
        """Build the page."""
        say = self._here.words.say
        with self._frame.main():
            ui.link(f"← {say('Certificates')}", "/certificates").classes("back")
            ui.label(say("Upload a certificate")).classes("big")
            if self._of is not None:
                ui.label(say("as a new version of certificate {number}", number=self._of)).classes("detail")
            with box("panel"):
                ui.label(
                    say("DCC (XML), workbook (XLSX, CSV), PDF or native TOML; up to 30 MB, kept as it is.")
                )
                upload = ui.upload(on_upload=self._uploaded, auto_upload=True, max_file_size=31_000_000)
                upload.props(
                    f'accept=".xml,.xlsx,.csv,.pdf,.toml" label="{say("Choose a file or drop it here")}"'
                )
            self._found = box("panel")
            self._found.set_visibility(False)
        ui.timer(1.0, lambda: self._frame.show(self._here.view()))

    async def _uploaded(self, event: events.UploadEventArguments) -> None:
        here, say = self._here, self._here.words.say
        data = await event.file.read()
        self._found.clear()
        self._found.set_visibility(True)
        with self._found:
            ui.label(say("Reading {name} …", name=event.file.name))
        now = datetime.datetime.fromtimestamp(
            here.desk.clock.now_ns() // 10**9, ZoneInfo(here.settings.site.timezone)
        )
        examined = await run.io_bound(examine, data, event.file.name, here.settings.certificates, now)
        self._found.clear()
        with self._found, said(here):
            if examined is None or examined.imported is None:
                self._refused(examined)
            else:
                self._offer(document_of(examined, data), examined, examined.imported)

    def _refused(self, examined: Examined | None) -> None:
        ui.label(self._here.words.say("This file is refused; nothing of it was kept.")).classes("refusal")
        for sentence in examined.refused if examined else ():
            ui.label(sentence)

    def _offer(self, document: Document, examined: Examined, imported: Imported) -> None:
        """What was found, and for each result the question whose certificate it is."""
        here, say = self._here, self._here.words.say
        admin = imported.administrative
        ui.label(f"{admin.number or say('without a number')} · {admin.laboratory}").classes("caption")
        ui.label(f"{imported.format} · {say(KINDS[admin.kind.value])}").classes("detail")
        if examined.signature is not None:
            table((say("Signature"), ""), signature_rows(examined.signature, here.words), "")
        for finding in imported.findings:
            ui.label(f"{finding.severity}: {finding}").classes(f"finding {finding.severity}")
        with reading(here.desk.engine) as connection:
            known = equipment(connection)
        serials = {item.serial_number for item in admin.items if item.serial_number}
        likely = next((one.name for one in known.values() if one.serial_number in serials), None)
        wanted = document.native.get("equipment", {}) if document.native else {}
        likely = str(wanted.get("name") or "") or likely
        with box("heading"):
            ui.label(say("Whose certificate is it?")).classes("caption")
            ui.link(f"+ {say('Register equipment')}", "/equipment-new")
        for number, title in results_of(imported, here.words):
            with box("filters"):
                ui.label(title).classes("grow")
                which = ui.select(
                    sorted(known), label=say("Equipment"), value=likely if likely in known else None
                )
                channel = ui.select({"": say("no channel: a standard")}, label=say("Channel"), value="")
                for field in (which, channel):
                    field.props("outlined dense").classes("chooser")
                self._follow(which, channel, imported, number)
                make = ui.button(
                    say("Make a draft"), on_click=self._drafting(document, number, which, channel)
                )
                make.props("unelevated no-caps").bind_enabled_from(which, "value", bool)

    def _follow(self, which: ui.select, channel: ui.select, imported: Imported, number: int | None) -> None:
        """Offer the channels of the chosen equipment, first the one of the result's quantity."""

        def offer() -> None:
            found = channels_of(self._here.desk, str(which.value or ""))
            options = {"": self._here.words.say("no channel: a standard")} | {one: one for one in found}
            quantity = imported.proposals[number].quantity if number is not None else ""
            fitting = [name for name, of in found.items() if of == quantity]
            channel.set_options(options, value=(fitting or [*found, ""])[0])

        which.on_value_change(offer)
        offer()

    def _drafting(
        self, document: Document, number: int | None, which: ui.select, channel: ui.select
    ) -> Callable[[], Awaitable[None]]:
        async def make() -> None:
            here = self._here
            with said(here):
                wanted = Said(
                    equipment=str(which.value or ""), channel=str(channel.value or ""), proposal=number
                )
                version = await run.io_bound(
                    save_draft, here.desk.register, here.actor(), document, wanted, self._of
                )
                if version is not None:
                    done(here.words.say("Kept as draft {record}.", record=version.record))
                    ui.navigate.to(f"/certificate/{version.record}")

        return make
