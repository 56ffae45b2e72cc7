"""The life of a certificate: draft, entered, checked by another person, in force, superseded or withdrawn.

Every step is a row that is added, with its entry in the audit trail; what a version says never changes. A
correction is a new version with its own life. Permission is asked here, whoever calls.
"""

from daq.errors import CertificateStepError
from daq.i18n import N_
from daq.lab.certificates.as_found import answer_as_found
from daq.lab.certificates.register import Register
from daq.lab.certificates.rules import cautions
from daq.lab.certificates.saving import save_draft
from daq.lab.certificates.steps import (
    CHECKERS,
    ENTERERS,
    WITHDRAWERS,
    InForce,
    NextStep,
    demand_may,
    demand_moment,
    demand_reason,
    demand_signed,
    demand_whole,
    refused,
    supersede,
    take_step,
)
from daq.records.certificate_versions import State, Version, find_version
from daq.records.database import changing
from daq.security.audit import Actor
from daq.security.people import demand_role
from daq.security.signatures import Signature, demand_two_people

__all__ = [
    "InForce",
    "check",
    "enter",
    "put_in_force",
    "resume",
    "return_to_draft",
    "revoke",
    "save_draft",
    "suspend",
]


def enter(register: Register, signature: Signature, record: str, comment: str = "") -> Version:
    """Sign that a version says what its document says, and that it is complete.

    Raises:
        NotPermittedError: the person is neither metrologist nor quality manager, or signed something else.
        CertificateStepError: not a draft, not the newest version, or not complete: every shortcoming.
        BlobError: the bytes of its document are not those that were uploaded.
    """
    with changing(register.engine) as connection:
        demand_signed(connection, signature, State.ENTERED, ENTERERS)
        version = demand_may(connection, record, State.ENTERED)
        demand_whole(register, connection, version)
        return take_step(register, connection, signature, NextStep(record, State.ENTERED, None, comment))


def check(register: Register, signature: Signature, record: str, comment: str = "") -> Version:
    """Sign, as another person, that it was compared with its document.

    Raises:
        TwoPersonError: the person wrote or entered it.
        NotPermittedError: the person is neither metrologist nor quality manager, or signed something else.
        CertificateStepError: not entered, not complete any more, or cautions without a comment.
        BlobError: the bytes of its document are not those that were uploaded.
    """
    with changing(register.engine) as connection:
        demand_signed(connection, signature, State.CHECKED, CHECKERS)
        version = demand_may(connection, record, State.CHECKED)
        for account in (version.account, version.entered_by):
            demand_two_people(account, signature.person)
        demand_whole(register, connection, version)
        found = cautions(register, connection, version)
        if found and not comment.strip():
            raise CertificateStepError(
                N_("{record} needs a comment on this before it is checked: {sentences}"),
                record=record,
                sentences=" ".join(one.sentence for one in found),
            )
        return take_step(register, connection, signature, NextStep(record, State.CHECKED, None, comment))


def put_in_force(register: Register, signature: Signature, record: str, when: InForce) -> Version:
    """Let a checked version count from a moment on; the one before it is superseded at that moment.

    Where the calibration found the instrument beyond its maximum permissible error, it is suspended and
    nonconforming work begins, in the same transaction.

    Raises:
        TwoPersonError: the person entered it.
        NotPermittedError: the person is neither metrologist nor quality manager, or signed something else.
        CertificateStepError: not checked, a moment that cannot be, one before today without a reason, or no
            maximum permissible error for results before an adjustment.
        BlobError: the bytes of its document are not those that were uploaded.
    """
    with changing(register.engine) as connection:
        demand_signed(connection, signature, State.IN_FORCE, CHECKERS)
        version = find_version(connection, record)
        if version.state is not State.CHECKED:
            raise refused(version, State.IN_FORCE)
        demand_two_people(version.entered_by, signature.person)
        demand_whole(register, connection, version)
        demand_moment(register, version, when)
        # before anything is superseded: what is suspect reaches back to the certificate that counted then
        answer_as_found(register, connection, signature.actor, version, when.mpe)
        next_ns = supersede(register, connection, signature, version, when.from_ns)
        found = take_step(
            register, connection, signature, NextStep(record, State.IN_FORCE, when.from_ns, when.reason)
        )
        if next_ns is not None:
            later = NextStep(record, State.SUPERSEDED, next_ns, "a later certificate was in force already")
            found = take_step(register, connection, signature, later)
        return found


def return_to_draft(register: Register, actor: Actor, record: str, comment: str) -> Version:
    """Give a version back to whoever entered it, with what is wrong.

    Raises:
        NotPermittedError: the person is neither metrologist nor quality manager.
        CertificateStepError: neither entered nor checked, or no comment.
    """
    with changing(register.engine) as connection:
        demand_role(connection, actor.account, *CHECKERS)
        demand_may(connection, record, State.RETURNED)
        demand_reason(comment)
        return take_step(register, connection, actor, NextStep(record, State.RETURNED, None, comment))


def suspend(register: Register, signature: Signature, record: str, since: InForce) -> Version:
    """Let a version not count from a moment on, until it is resumed or revoked.

    Raises:
        NotPermittedError: the person is no quality manager, or signed something else.
        CertificateStepError: not in force, no reason, or a moment that lies ahead or before it was in force.
    """
    with changing(register.engine) as connection:
        demand_signed(connection, signature, State.SUSPENDED, WITHDRAWERS)
        version = demand_may(connection, record, State.SUSPENDED)
        if not version.counts_at(register.clock.now_ns()):
            raise refused(version, State.SUSPENDED)
        demand_reason(since.reason)
        last = version.last(State.IN_FORCE)
        if not ((last and last.from_ns) or 0) <= since.from_ns <= register.clock.now_ns():
            raise CertificateStepError(
                N_("{record} can be suspended from a moment since it is in force, up to now."), record=record
            )
        step = NextStep(record, State.SUSPENDED, since.from_ns, since.reason)
        return take_step(register, connection, signature, step)


def resume(register: Register, signature: Signature, record: str, reason: str) -> Version:
    """Let a suspended version count again, from now on until it ends or another one supersedes it.

    Raises:
        NotPermittedError: the person is no quality manager, or signed something else.
        CertificateStepError: not suspended, superseded by now, or no reason.
    """
    with changing(register.engine) as connection:
        demand_signed(connection, signature, State.IN_FORCE, WITHDRAWERS)
        version = find_version(connection, record)
        if version.state is not State.SUSPENDED:
            raise refused(version, State.IN_FORCE)
        superseded_ns = version.superseded_ns
        if superseded_ns is not None and superseded_ns <= register.clock.now_ns():
            raise CertificateStepError(
                N_("{record} was superseded meanwhile: another certificate counts now."), record=record
            )
        demand_reason(reason)
        step = NextStep(record, State.IN_FORCE, register.clock.now_ns(), reason)
        return take_step(register, connection, signature, step)


def revoke(register: Register, signature: Signature, record: str, reason: str) -> Version:
    """Let a version count for no time at all, as if it had never been in force.

    What it had superseded stays superseded: a person decides what counts instead.

    Raises:
        NotPermittedError: the person is no quality manager, or signed something else.
        CertificateStepError: revoked already, or no reason.
    """
    with changing(register.engine) as connection:
        demand_signed(connection, signature, State.REVOKED, WITHDRAWERS)
        demand_may(connection, record, State.REVOKED)
        demand_reason(reason)
        return take_step(register, connection, signature, NextStep(record, State.REVOKED, None, reason))
