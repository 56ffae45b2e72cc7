"""One person's page: whose site, in which language and colours, and who is signed in."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse

from daq.errors import NotPermittedError
from daq.i18n import LANGUAGES, N_
from daq.security.audit import Actor
from daq.security.people import Person, Role
from daq.settings import Settings
from daq.web.desk import Desk
from daq.web.live.poller import Poller
from daq.web.live.views import SiteView, site_view
from daq.web.theme import Theme
from daq.web.words import Words

YEAR_S = 365 * 24 * 3600
TOKEN_COOKIE = "hengliang"  # noqa: S105 - the cookie's name


@dataclass(frozen=True, slots=True)
class Visit:
    """What a page knows of whoever looks at it."""

    desk: Desk
    words: Words
    theme: Theme
    request: Request
    person: Person | None
    """Who was signed in when the page was opened."""

    @property
    def settings(self) -> Settings:
        """The site's configuration."""
        return self.desk.settings

    @property
    def poller(self) -> Poller:
        """Follows the journal."""
        return self.desk.poller

    def view(self) -> SiteView:
        """The site as it is now, in words."""
        return site_view(self.poller.site, self.settings, self.words)

    def link(self, **choices: str) -> str:
        """The address of this page with other choices."""
        url = self.request.url.include_query_params(**choices)
        return f"{url.path}?{url.query}"

    def sign_in_address(self) -> str:
        """Where to sign in and come back here."""
        url = self.request.url
        here = f"{url.path}?{url.query}" if url.query else url.path
        return f"/sign-in?next={quote(here)}"

    def names(self) -> dict[str, str]:
        """The names of all people by account, as they are called on pages."""
        return {one.account: one.name for one in self.desk.accounts.people()}

    def has(self, *roles: Role) -> bool:
        """Whether the person has one of the roles: for what is offered; the act itself asks again."""
        return self.person is not None and bool(self.person.roles & set(roles))

    def actor(self) -> Actor:
        """Who acts now, from where.

        Raises:
            NotPermittedError: the sign-in has ended.
        """
        person = self.desk.sign_ins.demand(self.request.cookies.get(TOKEN_COOKIE, ""))
        if self.person is None or person.account != self.person.account:
            raise NotPermittedError(N_("Somebody else has signed in in this browser: open the page again."))
        return Actor(person.account, origin_of(self.request))


def origin_of(request: Request) -> str:
    """From where a request comes, for the audit trail."""
    return f"web {request.client.host if request.client else 'unknown'}"


def admit(desk: Desk, request: Request, *, anybody: bool = False) -> Visit | RedirectResponse:
    """Let somebody to a page: choices go into cookies first, and who is not signed in does that before.

    Args:
        desk: the site.
        request: of the page.
        anybody: the page is also for people who are not signed in: live values on a wall.
    """
    choice = _keep_choice(request)
    if choice is not None:
        return choice
    language = request.cookies.get("lang", "")
    if language not in LANGUAGES:
        language = desk.settings.site.language
    theme = Theme.DARK if request.cookies.get("theme") == Theme.DARK else Theme.LIGHT
    words = Words(language, desk.settings.site.timezone)
    person = desk.sign_ins.person(request.cookies.get(TOKEN_COOKIE, ""))
    here = Visit(desk, words, theme, request, person)
    if person is None and not anybody:
        return RedirectResponse(here.sign_in_address(), status_code=303)
    if person is not None and person.must_change_password and request.url.path != "/me":
        return RedirectResponse("/me", status_code=303)
    return here


def opened(
    desk: Desk, request: Request, build: Callable[[Visit], None], *, anybody: bool = False
) -> RedirectResponse | None:
    """Build a page for whoever is admitted; arguments and answer as ``admit``."""
    here = admit(desk, request, anybody=anybody)
    if isinstance(here, RedirectResponse):
        return here
    build(here)
    return None


def _keep_choice(request: Request) -> RedirectResponse | None:
    """Move ``?lang=`` and ``?theme=`` from the address into cookies."""
    allowed = {"lang": tuple(LANGUAGES), "theme": tuple(Theme)}
    asked = {key: request.query_params[key] for key in allowed if key in request.query_params}
    if not asked:
        return None
    url = request.url.remove_query_params(list(asked))
    response = RedirectResponse(f"{url.path}?{url.query}" if url.query else url.path, status_code=303)
    for key, choice in asked.items():
        if choice in allowed[key]:
            response.set_cookie(key, choice, max_age=YEAR_S, httponly=True, samesite="lax")
    return response
