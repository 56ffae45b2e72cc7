"""Methods, samples, sessions, captures, results and reports."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
