"""One version of a certificate: the document beside what was understood, and what becomes of it."""

from collections.abc import Iterator

from fastapi import Request
from nicegui import run, ui
from sqlalchemy import select
from starlette.responses import Response

from calibration.certificates.imported import Imported
from calibration.certificates.native import FORMAT, parse_native
from daq.errors import RegisterError
from daq.lab.certificate_draft import Document
from daq.lab.certificate_life import save_draft
from daq.lab.certificate_rules import cautions, shortcomings
from daq.lab.certificate_steps import ENTERERS
from daq.lab.imported_json import imported_from
from daq.records.certificate_versions import State, Version, find_version, versions
from daq.records.database import reading
from daq.records.register_tables import certificates, documents
from daq.web.certificate_actions import buttons
from daq.web.certificate_below import ImpactPanel, chain_panel
from daq.web.certificate_document import DocumentView
from daq.web.certificate_editor import Editor
from daq.web.certificate_words import FORMS, KINDS, STEPS, shortcoming_text, state_text
from daq.web.desk import Desk
from daq.web.forms import Question, ask, said, table
from daq.web.frame import Frame, box
from daq.web.visit import Visit, opened

EDITABLE = (State.DRAFT, State.RETURNED)


def register(desk: Desk) -> None:
    """``/certificate/ID.VERSION``."""

    @ui.page("/certificate/{record}")
    def page(request: Request, record: str) -> Response | None:
        return opened(desk, request, lambda here: certificate_page(here, record))


def certificate_page(here: Visit, record: str) -> None:
    """Build the page."""
    frame = Frame(here, record, "equipment")
    ui.timer(1.0, lambda: frame.show(here.view()))
    with frame.main():
        ui.link(f"← {here.words.say('Certificates')}", "/certificates").classes("back")
        try:
            with reading(here.desk.engine) as connection:
                version = find_version(connection, record)
                siblings = versions(connection, certificates.c.id == version.id)
        except RegisterError as error:
            ui.label(here.words.error(error)).classes("refusal")
            return
        CertificatePage(here, version, siblings).build()


class CertificatePage:
    """The parts of the page of one version."""

    def __init__(self, here: Visit, version: Version, siblings: tuple[Version, ...]) -> None:
        self._here = here
        self._version = version
        self._siblings = siblings
        self._imported = _imported(here, version)

    def build(self) -> None:
        """Build all parts."""
        self._heading()
        self._sentence()
        editable = self._version.state in EDITABLE and self._is_newest and self._here.has(*ENTERERS)
        with box("halves"):
            with box("panel document"):
                view = DocumentView(self._here, self._version.document_sha256, self._imported)
            with box("panel"):
                editor = Editor(self._here, self._version, self._imported, view.point_at, may=editable)
        with box("bar"):
            if editable:
                save = self._here.words.say("Keep as a new draft")
                ui.button(save, on_click=lambda: self._keep(editor)).props("outline no-caps")
            if self._is_newest or self._version.state not in EDITABLE:
                buttons(self._here, self._version)
        chain_panel(self._here, self._version.record)
        if self._version.begins_ns is not None:
            ImpactPanel(self._here, self._version, self._of_channel())
        self._life()

    def _of_channel(self) -> tuple[Version, ...]:
        """All versions of the same channel that could be tried."""
        same = (certificates.c.equipment == self._version.equipment) & (
            certificates.c.channel == self._version.channel
        )
        with reading(self._here.desk.engine) as connection:
            return versions(connection, same)

    @property
    def _is_newest(self) -> bool:
        return self._version.version == self._siblings[-1].version

    def _heading(self) -> None:
        here, version, say = self._here, self._version, self._here.words.say
        with box("heading"):
            ui.label(f"{version.number or '—'} · {version.record}").classes("big")
            ui.label(state_text(version, here.words, here.desk.clock.now_ns())).classes(
                f"state {version.state}"
            )
            ui.link(f"{version.equipment} {version.channel}".strip(), f"/equipment/{version.equipment}")
            if here.has(*ENTERERS) and self._is_newest:
                ui.link(say("Upload a corrected document"), f"/certificates-new?of={version.id}")
        facts = (say(KINDS.get(version.content.kind, version.content.kind)), say(FORMS[version.content.form]))
        ui.label(" · ".join((*facts, version.content.format))).classes("detail")

    def _sentence(self) -> None:
        """Whether it can be used, and if not, why."""
        here, version, say = self._here, self._version, self._here.words.say
        with reading(here.desk.engine) as connection:
            missing = shortcomings(here.desk.register, connection, version)
            found = cautions(here.desk.register, connection, version)
        with box("panel verdict"):
            if missing:
                ui.label(say("✗ It cannot be used yet:")).classes("refusal")
                for sentence in missing:
                    ui.label(shortcoming_text(sentence, here.words))
            elif version.state is State.IN_FORCE and version.counts_at(here.desk.clock.now_ns()):
                ui.label(say("✓ In force: readings are corrected by it.")).classes("met")
            else:
                ui.label(say("✓ Complete: it can be used once two people have signed.")).classes("met")
            for caution in found:
                ui.label(f"▲ {say(caution.message, **caution.facts)}").classes("caution")

    async def _keep(self, editor: Editor) -> None:
        here, version, say = self._here, self._version, self._here.words.say
        reason = ""
        if editor.edited:
            question = Question(say("Why are cells corrected?"), fields=(say("Reason"),), verb=say("Keep"))
            answer = await ask(here, question)
            if answer is None:
                return
            reason = answer.texts[0]
        with said(here):
            wanted = editor.said(reason)
            document = self._document()
            kept = await run.io_bound(
                save_draft, here.desk.register, here.actor(), document, wanted, version.id
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
        return Document(row.name, data, row.media_type, self._imported, native)

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
        for one in reversed(self._siblings):
            changes = " · ".join(
                f"{each.target}: {each.document or '—'} → {each.person or '—'} ({each.reason})"
                for each in one.content.corrections
            )
            state = state_text(one, self._here.words, self._here.desk.clock.now_ns())
            yield (one.record, f"/certificate/{one.record}"), state, changes


def _imported(here: Visit, version: Version) -> Imported:
    return imported_from(here.desk.register.blobs.get(version.content.import_sha256))
