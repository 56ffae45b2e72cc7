"""Why a stream stands still: a light module, so that the pages need not load a database's client."""

import enum


class Trouble(enum.StrEnum):
    """Why nothing goes on for the moment."""

    UNREACHABLE = "unreachable"
    TOO_SLOW = "too-slow"
    BUSY = "busy"
    TOKEN = "token"  # noqa: S105 - the word, not a secret
    NOT_FOUND = "not-found"
    REFUSES_ALL = "refuses-all"
    UNEXPECTED = "unexpected"
    JOURNAL = "journal"
    FILE = "file"
    RECORDS = "records"
