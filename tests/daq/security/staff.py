"""The people of a small laboratory."""

from daq.security.accounts import Accounts, Credentials
from daq.security.audit import Actor
from daq.security.people import NewPerson, Role

LI = Actor("li.wei", "console")
WU = Actor("wu.fang", "web 192.0.2.7")
LI_PASSWORD = "forty green pheasants"
WU_PASSWORD = "drei graue Esel"
GIVEN_PASSWORD = "given by the admin"


def credentials(account: str = "wu.fang", password: str = WU_PASSWORD) -> Credentials:
    return Credentials(account, password, "web 192.0.2.7")


def person(account: str, *roles: Role) -> NewPerson:
    return NewPerson(account, f"人 {account}", frozenset(roles))


def populate(accounts: Accounts) -> None:
    accounts.add_first_administrator(person("li.wei", Role.ADMINISTRATOR), LI_PASSWORD, "console")
    accounts.add(LI, person("wu.fang", Role.TECHNICIAN, Role.METROLOGIST), GIVEN_PASSWORD)
    accounts.change_password(credentials(password=GIVEN_PASSWORD), WU_PASSWORD)
    accounts.add(LI, person("zhao.min", Role.INSPECTOR), GIVEN_PASSWORD)
    accounts.change_password(credentials("zhao.min", GIVEN_PASSWORD), WU_PASSWORD)
