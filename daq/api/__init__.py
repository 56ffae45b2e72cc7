"""The same as on the pages and at the console, for other programs: JSON under ``/api/v1``."""

from fastapi import APIRouter

from daq.api.alerts import Alerts
from daq.api.context import ApiContext
from daq.api.events import Events
from daq.api.methods import Methods
from daq.api.nowhere import Nowhere
from daq.api.reports import Reports
from daq.api.samples import Samples
from daq.api.sessions import Sessions
from daq.api.signing import Signing
from daq.api.steps import Steps

__all__ = ["ApiContext", "build_router"]


def build_router(context: ApiContext) -> APIRouter:
    """All resources of one site; whoever mounts it says who asks (``ApiContext.person``)."""
    router = APIRouter(prefix="/api/v1")
    for resource in (Samples, Methods, Sessions, Steps, Signing, Reports, Events, Alerts, Nowhere):
        router.include_router(resource(context).router())
    return router
