"""The head of papers from the site's configuration."""

from daq.errors import PaperError
from daq.i18n import N_
from daq.lab.papers.content import Laboratory, Mark
from daq.lab.results.words import Words
from daq.settings import LaboratorySettings


def laboratory_of(settings: LaboratorySettings | None, method: str | None = None) -> Laboratory:
    """Names, address, marks and logo of the laboratory.

    Args:
        settings: of the site.
        method: only marks whose scope has it; None for a paper that bears no marks.

    Raises:
        PaperError: the site has no section ``[laboratory]``, or its logo cannot be read.
    """
    settings = demand_laboratory(settings)
    logo = b""
    if settings.logo_file is not None:
        try:
            logo = settings.logo_file.read_bytes()
        except OSError as error:
            raise PaperError(
                N_("{file}: the logo of [laboratory] cannot be read: {reason}"),
                file=settings.logo_file,
                reason=error.strerror,
            ) from error
    return Laboratory(
        name=Words(settings.name_zh, settings.name_en),
        address=Words(settings.address_zh, settings.address_en),
        phone=settings.phone,
        marks=tuple(
            Mark(mark.name, mark.number)
            for mark in settings.marks
            if method is not None and (not mark.methods or method in mark.methods)
        ),
        logo=logo,
    )


def demand_laboratory(settings: LaboratorySettings | None) -> LaboratorySettings:
    """The section of the site's configuration, without which there are no papers.

    Raises:
        PaperError: the site has none.
    """
    if settings is None:
        raise PaperError(
            N_("site.toml has no section [laboratory]; papers need the laboratory's names and address.")
        )
    return settings
