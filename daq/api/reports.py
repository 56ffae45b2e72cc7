"""``/api/v1/reports``, and the papers of a session: issued, listed, downloaded."""

from typing import Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from daq.api.context import ApiContext, SentenceRoute, SignatureBody
from daq.lab.reports.issuing import ISSUED, find_report, issue_report, issued_reports
from daq.lab.reports.json import report_json
from daq.lab.reports.session_papers import Wanted, paper_of
from daq.records.database import reading

Language = Literal["zh_CN", "en"]


class Reports:
    """The reports of a site."""

    def __init__(self, context: ApiContext) -> None:
        self._context = context

    def router(self) -> APIRouter:
        """Its addresses."""
        router = APIRouter(tags=["reports"], route_class=SentenceRoute)
        router.add_api_route("/reports", self.all, methods=["GET"])
        router.add_api_route("/reports/{number}", self.one, methods=["GET"])
        router.add_api_route("/sessions/{session}/report", self.issue, methods=["POST"])
        router.add_api_route("/sessions/{session}/papers/{name}", self.paper, methods=["GET"])
        return router

    def all(self, request: Request, session: str | None = None) -> list[dict[str, Any]]:
        """Every version of every report, the newest first, or those of one session."""
        self._context.person(request)
        with reading(self._context.bench().engine) as connection:
            return [report_json(one) for one in issued_reports(connection, session)]

    def one(self, request: Request, number: str, version: int | None = None) -> dict[str, Any]:
        """One version of a report; without ``version`` the last one."""
        self._context.person(request)
        with reading(self._context.bench().engine) as connection:
            return report_json(find_report(connection, number, version))

    def issue(self, request: Request, session: str, body: SignatureBody) -> dict[str, Any]:
        """Sign and issue the report of a reviewed session, or its next version after an amendment."""
        signature = self._context.signature(request, body, ISSUED)
        return report_json(issue_report(self._context.office(), signature, session))

    def paper(
        self, request: Request, session: str, name: str, language: Language | None = None, version: str = ""
    ) -> Response:
        """A paper as a file; in the site's language where none is asked for."""
        self._context.person(request)
        said = language or self._context.settings.site.language
        found = paper_of(self._context.office(), name, Wanted(session, said, version))
        named = f"attachment; filename*=UTF-8''{quote(found.name)}"
        return Response(found.data, media_type=found.media_type, headers={"Content-Disposition": named})
