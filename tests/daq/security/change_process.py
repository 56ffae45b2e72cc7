"""A process that changes people as fast as it can and says what was committed; it is made to be killed.

Arguments: the records' URL, the number of the first person. Each transaction writes the entry first, then the
person, then the roles: killed anywhere in between, nothing of it may be left.
"""

import itertools
import sys

from daq.records.database import changing
from daq.records.migrations import open_records
from daq.records.schema import people, person_roles
from daq.security.audit import Actor, Change, append


def main(url: str, first: int) -> None:
    with open_records(url) as engine:
        for number in itertools.count(first):
            account = f"p{number}"
            with changing(engine) as connection:
                append(connection, Actor("li", "test"), Change("add", f"person/{account}"), number)
                row = {"account": account, "name": account, "password_hash": "-", "password_by": "li"}
                connection.execute(people.insert(), row | {"created_ns": number})
                connection.execute(person_roles.insert(), {"account": account, "role": "technician"})
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
