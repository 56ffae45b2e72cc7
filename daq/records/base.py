"""What all tables of the records share: one ``metadata`` with names for constraints, and 64 bits."""

from sqlalchemy import REAL, BigInteger, Double, Integer, MetaData
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

BIG = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits; SQLite calls them INTEGER."""

FLOAT: TypeEngine[float] = Double().with_variant(REAL(), "sqlite")
"""Double precision; SQLite calls it REAL."""
