"""The way of each item of nonconforming work to its decision: one person decides, another confirms.

Each function writes in the transaction of ``changing`` with its entries in the audit trail.
"""

from collections.abc import Iterable

from sqlalchemy import Connection

from daq.errors import NonconformityError, NotPermittedError
from daq.i18n import N_
from daq.lab.nonconforming.records import Decision, Item, ItemState, items_of
from daq.lab.nonconforming.rules import JUDGES, demand_signature, not_closed, one_line
from daq.security.kept_rows import NewRow, keep
from daq.security.kept_tables import NONCONFORMITY_STEPS
from daq.security.people import Role
from daq.security.signatures import Signature, demand_two_people

DECIDED, CONFIRMED, RETURNED = "decided", "confirmed", "returned"
"""What a signature means here, and the step that it makes."""


def decide(
    connection: Connection,
    signature: Signature,
    number: str,
    items: Iterable[int],
    decision: tuple[Decision, str],
) -> None:
    """Decide what becomes of items, with a reason; another person confirms.

    Raises:
        NotPermittedError: no metrologist or quality manager, or signed for something else.
        NonconformityError: it is closed, no such item, one that is confirmed, or no reason.
    """
    demand_signature(connection, signature, DECIDED, *JUDGES)
    not_closed(connection, number)
    what, reason = decision
    line = one_line(reason)
    for item in _chosen(connection, number, items):
        if item.state is ItemState.CONFIRMED:
            raise NonconformityError(
                N_("Item {item} of {number} is confirmed; return it first."), item=item.item, number=number
            )
        _step(connection, signature, item, (DECIDED, what.value, line))


def confirm(connection: Connection, signature: Signature, number: str, items: Iterable[int]) -> None:
    """Confirm what another person decided; one of the two signs as quality manager.

    Raises:
        TwoPersonError: the person decided it.
        NotPermittedError: neither signs as quality manager, or signed for something else.
        NonconformityError: it is closed, no such item, or one that is not decided.
    """
    demand_signature(connection, signature, CONFIRMED, *JUDGES)
    not_closed(connection, number)
    for item in _chosen(connection, number, items):
        if item.decision is None:
            raise _undecided(item)
        if item.state is ItemState.CONFIRMED:
            raise NonconformityError(
                N_("Item {item} of {number} is confirmed already."), item=item.item, number=number
            )
        demand_two_people(item.decided_by, signature.person)
        if Role.QUALITY_MANAGER not in (signature.role, item.decided_as):
            raise NotPermittedError(N_("One of the two who decide this must be a quality manager."))
        _step(connection, signature, item, (CONFIRMED, item.decision.value, item.reason))


def return_items(
    connection: Connection, signature: Signature, number: str, items: Iterable[int], reason: str
) -> None:
    """Give decided or confirmed items back: they are to be decided again.

    Raises:
        NotPermittedError: no metrologist or quality manager, or signed for something else.
        NonconformityError: it is closed, no such item, one that is pending, or no reason.
    """
    demand_signature(connection, signature, RETURNED, *JUDGES)
    not_closed(connection, number)
    line = one_line(reason)
    for item in _chosen(connection, number, items):
        if item.state is ItemState.PENDING:
            raise _undecided(item)
        _step(connection, signature, item, (RETURNED, "", line))


def _chosen(connection: Connection, number: str, items: Iterable[int]) -> list[Item]:
    by_number = {item.item: item for item in items_of(connection, number)}
    wanted = sorted(set(items))
    missing = [item for item in wanted if item not in by_number]
    if missing or not wanted:
        raise NonconformityError(
            N_("{number} has no item {items}; choose of its {count} items."),
            number=number,
            items=", ".join(map(str, missing)) or "?",
            count=len(by_number),
        )
    return [by_number[item] for item in wanted]


def _undecided(item: Item) -> NonconformityError:
    return NonconformityError(
        N_("Item {item} of {number} is not decided yet."), item=item.item, number=item.number
    )


def _step(connection: Connection, signature: Signature, item: Item, step: tuple[str, str, str]) -> None:
    name, decision, reason = step
    values = {
        "number": item.number,
        "item": item.item,
        "t_ns": signature.t_ns,
        "account": signature.person,
        "role": signature.role.value,
        "step": name,
        "decision": decision,
        "reason": reason,
    }
    new = NewRow(NONCONFORMITY_STEPS, values, name, reason)
    keep(connection, signature.actor, new, signature.t_ns)
