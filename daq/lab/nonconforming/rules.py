"""What every step of nonconforming work asks for first: a signature that is meant, a reason, an open case."""

from sqlalchemy import Connection

from daq.errors import NonconformityError, NotPermittedError
from daq.i18n import N_
from daq.lab.nonconforming.records import Nonconformity, State, nonconformity
from daq.security.people import Role, demand_role
from daq.security.signatures import Signature

JUDGES = (Role.METROLOGIST, Role.QUALITY_MANAGER)
"""Who decides what becomes of nonconforming work."""
LONGEST_REASON = 1000


def demand_signature(connection: Connection, signature: Signature, meaning: str, *roles: Role) -> None:
    """The signature was given for this, in one of the roles, and the person still has the role.

    Raises:
        NotPermittedError: it is not so.
    """
    if signature.meaning != meaning:
        raise NotPermittedError(N_("This signature was given for something else; sign again."))
    if signature.role not in roles:
        raise NotPermittedError(
            N_("{account} may not do this: it takes the role {roles}."),
            account=signature.person,
            roles=" or ".join(role.value for role in roles),
        )
    demand_role(connection, signature.person, signature.role)


def not_closed(connection: Connection, number: str) -> Nonconformity:
    """A nonconformity to which something can still be done.

    Raises:
        NonconformityError: there is none of this number, or it is closed.
    """
    found = nonconformity(connection, number)
    if found.state is State.CLOSED:
        raise NonconformityError(N_("{number} is closed; nothing of it can be changed."), number=number)
    return found


def one_line(reason: str) -> str:
    """A reason on one line, as the audit trail takes it.

    Raises:
        NonconformityError: it is empty, or too long.
    """
    line = " ".join(reason.split())
    if not line:
        raise NonconformityError(N_("A reason is needed."))
    if len(line) > LONGEST_REASON:
        raise NonconformityError(
            N_("The text is {length} characters long; {longest} are allowed."),
            length=len(line),
            longest=LONGEST_REASON,
        )
    return line
