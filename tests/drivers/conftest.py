"""How the tests of the drivers search for counter-examples: without a stop-watch, the machine may be busy."""

from hypothesis import settings

settings.register_profile("drivers", deadline=None)
settings.load_profile("drivers")
