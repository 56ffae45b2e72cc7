"""One version of a certificate: the document beside what was understood, and what becomes of it."""

from collections.abc import Iterator

from fastapi import Request
from nicegui import run, ui
from sqlalchemy import select
from starlette.responses import Response

from calibration.certificates.native import FORMAT, parse_native
from daq.errors import RegisterError
from daq.i18n import N_
from daq.lab.certificates.draft import Document, Said, content_from_document
from daq.lab.certificates.life import save_draft
from daq.lab.certificates.steps import ENTERERS
from daq.records.certificate_content import Correction
from daq.records.certificate_versions import State
from daq.records.database import reading
from daq.records.register_tables import documents
from daq.web.certificates.actions import buttons
from daq.web.certificates.below import ImpactPanel, chain_panel
from daq.web.certificates.cells import named, target_text
from daq.web.certificates.document import DocumentView
from daq.web.certificates.editor import Editor
from daq.web.certificates.findings import MOST_SHOWN
from daq.web.certificates.fit import as_found_panel, fit_panel, values_panel
from daq.web.certificates.loading import Loaded, loaded_or_refused, other_versions
from daq.web.certificates.words import FORMS, KINDS, STEPS, is_past, shortcoming_text, state_text
from daq.web.desk import Desk
from daq.web.forms import Question, ask, said, table
from daq.web.frame import Frame, box
from daq.web.report_routes import label_address
from daq.web.visit import Visit, opened
from daq.web.words import Words

EDITABLE = (State.DRAFT, State.RETURNED)
SUPERSEDED = N_("◌ Superseded: another certificate counts now; this one counts for its own time.")
SUSPENDED = N_("■ Suspended: readings are not corrected by it until it is resumed.")
REVOKED = N_("× Revoked: it counts for no time at all.")


def register(desk: Desk) -> None:
    """``/certificate/ID.VERSION``."""

    @ui.page("/certificate/{record}")
    def page(request: Request, record: str) -> Response | None:
        return opened(desk, request, lambda here: certificate_page(here, record))


def certificate_page(here: Visit, record: str) -> None:
    """Build the page: its frame at once, the rest as soon as everything is read and computed."""
    say = here.words.say
    frame = Frame(here, record, "equipment")
    ui.timer(1.0, lambda: frame.show(here.view()))
    with frame.main():
        ui.link(f"← {say('Certificates')}", "/certificates").classes("back")
        room = box("certificate-room")
    with room:
        ui.label(say("Reading the certificate …")).classes("detail")

    async def fill() -> None:
        loaded = await run.io_bound(loaded_or_refused, here.desk.register, record, here.words)
        room.clear()
        with room:
            if isinstance(loaded, Loaded):
                CertificatePage(here, loaded).build()
            else:
                ui.label(loaded or "").classes("refusal")

    ui.timer(0.01, fill, once=True)


class CertificatePage:
    """The parts of the page of one version."""

    def __init__(self, here: Visit, loaded: Loaded) -> None:
        self._here = here
        self._loaded = loaded
        self._version = loaded.version

    def build(self) -> None:
        """Build all parts."""
        here, loaded, version = self._here, self._loaded, self._version
        self._heading()
        self._sentence()
        editable = version.state in EDITABLE and loaded.is_newest and here.has(*ENTERERS)
        with box("halves"):
            with box("panel document"):
                view = DocumentView(here, version.document_sha256, loaded.imported, loaded.signature)
            with box("panel"):
                editor = Editor(here, loaded, view, may=editable)
        values_panel(here, loaded)
        as_found_panel(here, loaded)
        fit_panel(here, loaded)
        with box("bar"):
            if editable:
                look = "outline no-caps" if loaded.is_whole else "unelevated no-caps"
                ui.button(here.words.say("Keep as a new draft"), on_click=lambda: self._keep(editor)).props(
                    look
                )
            if loaded.is_newest or version.state not in EDITABLE:
                is_changed = (lambda: editor.is_changed) if editable else None
                buttons(here, version, is_whole=loaded.is_whole, is_changed=is_changed)
        chain_panel(here, version.record)
        if version.begins_ns is not None:
            ImpactPanel(here, version, other_versions(here.desk.register, version))
        self._life()

    def _heading(self) -> None:
        here, version, say = self._here, self._version, self._here.words.say
        with box("heading"):
            ui.label(f"{version.number or '—'} · {version.record}").classes("big")
            ui.label(state_text(version, here.words, here.desk.clock.now_ns())).classes(
                f"state {version.state.value}"
            )
            owner = f"{version.equipment} {here.words.channel(version.channel)}".strip()
            ui.link(owner, f"/equipment/{version.equipment}")
            if self._loaded.known is not None:
                ui.link(say("Label (PDF)"), label_address(version.equipment), new_tab=True)
            if here.has(*ENTERERS) and self._loaded.is_newest:
                ui.link(say("Upload a corrected document"), f"/certificates-new?of={version.id}")
        content = version.content
        facts = [say(KINDS.get(content.kind, content.kind)), say(FORMS[content.form]), content.format]
        if content.due is not None:
            facts.append(say("last day {day}", day=content.due.last_day.isoformat()))
        ui.label(" · ".join(facts)).classes("detail")

    def _sentence(self) -> None:
        """Whether it can be used, and if not, why."""
        here, loaded, say = self._here, self._loaded, self._here.words.say
        with box("panel verdict"):
            if loaded.missing:
                ui.label(say("✗ It cannot be used yet:")).classes("refusal")
                lines = (shortcoming_text(one, here.words, loaded.findings) for one in loaded.missing)
                texts = list(dict.fromkeys(lines))
                for text in texts[:MOST_SHOWN]:
                    ui.label(text)
                if len(texts) > MOST_SHOWN:
                    ui.label(say("and {count} more", count=len(texts) - MOST_SHOWN)).classes("detail")
            else:
                text, kind = self._standing()
                ui.label(text).classes(kind)
            for caution in loaded.cautions:
                ui.label(f"▲ {say(caution.message, **caution.facts)}").classes("caution")

    def _standing(self) -> tuple[str, str]:
        """What a complete one is worth now, and how that is drawn."""
        say, version, now_ns = self._here.words.say, self._version, self._here.desk.clock.now_ns()
        if version.counts_at(now_ns):
            return say("✓ In force: readings are corrected by it."), "met"
        if is_past(version, now_ns):
            return say(REVOKED if version.state is State.REVOKED else SUPERSEDED), "refusal"
        if version.state is State.SUSPENDED:
            return say(SUSPENDED), "refusal"
        if version.begins_ns is None:
            return say("✓ Complete: it can be used once two people have signed."), "met"
        if version.begins_ns > now_ns:
            return say(
                "◔ Readings are corrected by it from {day} on.",
                day=self._here.words.date(version.begins_ns),
            ), "met"
        return say("◌ It is over: readings are not corrected by it any more. Have it calibrated."), "refusal"

    async def _keep(self, editor: Editor) -> None:
        """What cannot be read is said before the reason is asked for."""
        here, say = self._here, self._here.words.say
        with said(here):
            if not editor.edited:
                await self._save(editor.said(""))
                return
            tried, register = editor.said("?"), here.desk.register
            try:
                await run.io_bound(lambda: content_from_document(register, self._document(), tried))
            except RegisterError as error:
                raise named(error, here.words) from error
            question = Question(say("Why are cells corrected?"), fields=(say("Reason"),), verb=say("Keep"))
            await ask(here, question, lambda answer: self._save(editor.said(answer.texts[0])))

    async def _save(self, wanted: Said) -> None:
        actor, register, certificate_id = self._here.actor(), self._here.desk.register, self._version.id
        kept = await run.io_bound(
            lambda: save_draft(register, actor, self._document(), wanted, certificate_id)
        )
        if kept is not None:
            ui.navigate.to(f"/certificate/{kept.record}")

    def _document(self) -> Document:
        version, desk = self._version, self._here.desk
        with reading(desk.engine) as connection:
            where = documents.c.sha256 == version.document_sha256
            row = connection.execute(select(documents).where(where)).one()
        data = desk.register.blobs.get(version.document_sha256)
        native = parse_native(data, row.name) if version.content.format == FORMAT else {}
        loaded = self._loaded
        return Document(row.name, data, row.media_type, loaded.imported, native, loaded.signature)

    def _life(self) -> None:
        say, words = self._here.words.say, self._here.words
        with box("panel"):
            ui.label(say("Life of this version")).classes("caption")
            rows = [
                (
                    words.time(step.t_ns),
                    say(STEPS[step.state]),
                    step.account,
                    words.date(step.from_ns) if step.from_ns else "",
                    step.reason,
                )
                for step in self._version.steps
            ]
            headings = (say("time"), say("What"), say("Who"), say("From the day"), say("Reason"))
            table(headings, rows, "")
            ui.label(say("Versions")).classes("caption")
            table(("#", say("State"), say("What was corrected")), list(self._version_rows()), "")

    def _version_rows(self) -> Iterator[tuple[str | tuple[str, str], ...]]:
        words = self._here.words
        for one in reversed(self._loaded.siblings):
            changes = " · ".join(_correction(each, words) for each in one.content.corrections)
            state = state_text(one, words, self._here.desk.clock.now_ns())
            yield (one.record, f"/certificate/{one.record}"), state, changes


def _correction(one: Correction, words: Words) -> str:
    """``point 2 U: 0.2 → 0.02 (reason)``."""
    return f"{target_text(one.target, words)}: {one.document or '—'} → {one.person or '—'} ({one.reason})"
