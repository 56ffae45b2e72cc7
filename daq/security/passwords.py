"""Which passwords are taken, and how they are kept (OWASP ASVS 5.0, 6.2 and 11.4.2).

At least 8 characters, better 15; anything that can be typed, blanks and Chinese too; no rules about kinds of
characters, no change after a time; not one of the commonest, not the name, not made of a few pieces that are
tried first. Kept is what Argon2id makes of it.
"""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from daq.errors import PasswordError
from daq.i18n import N_
from daq.security.common_passwords import COMMON_PASSWORDS
from daq.security.guessing import LEAST_EFFORT, effort

SHORTEST = 8
ADVISED = 15
LONGEST = 256


def demand_good_password(password: str, *names: str) -> None:
    """Check a new password of a person with these names.

    Raises:
        PasswordError: too short, too long, not Unicode text, one of the commonest, a name, or soon guessed.
    """
    if len(password) < SHORTEST:
        raise PasswordError(
            N_(
                "The password has {length} characters; at least {shortest} are needed, {advised} or more "
                "are better: a few words, for instance."
            ),
            length=len(password),
            shortest=SHORTEST,
            advised=ADVISED,
        )
    if len(password) > LONGEST:
        raise PasswordError(
            N_("The password has {length} characters; at most {longest} are taken."),
            length=len(password),
            longest=LONGEST,
        )
    try:
        password.encode()
    except UnicodeEncodeError as error:
        raise PasswordError(N_("The password is not Unicode text; type it again.")) from error
    plain = _plain(password)
    if plain in COMMON_PASSWORDS:
        raise PasswordError(N_("This is one of the passwords that are tried first; choose another."))
    if plain in {_plain(name) for name in names}:
        raise PasswordError(N_("The password is the name; choose another."))
    if effort(password, names) < LEAST_EFFORT:
        raise PasswordError(
            N_(
                "The password is made of few pieces that are tried first, such as runs of keys, years, "
                "names, repeated signs or words of log-ins; take a few unusual words."
            )
        )


class PasswordKeeper:
    """Makes and compares hashes."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """Argon2id with the second choice of RFC 9106, 64 MiB, unless told otherwise."""
        self._hasher = hasher or PasswordHasher()
        self._nobodys = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """What is kept of a password: Argon2id with its parameters and its own salt, as text."""
        return self._hasher.hash(password)

    def matches(self, kept: str | None, password: str) -> bool:
        """Whether the password belongs to the hash; as slow where there is none."""
        try:
            self._hasher.verify(kept or self._nobodys, password.encode("utf-8", "surrogatepass"))
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None


def _plain(text: str) -> str:
    return "".join(text.casefold().split())
