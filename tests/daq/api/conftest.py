"""The application interface of a furnished bench, and somebody who asks."""

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient

from daq.api import ApiContext, build_router
from daq.errors import SignInError
from daq.records import schema
from daq.records.database import changing
from daq.security.accounts import Accounts
from daq.security.audit import Actor
from daq.security.passwords import PasswordKeeper
from daq.settings import Settings
from tests.daq.lab.reports.office import LABORATORY
from tests.daq.lab.sessions.conftest import bench, furnished, site  # noqa: F401

PASSWORD = "forty green pheasants"
SETTINGS = Settings.model_validate(
    {
        "site": {"id": "t", "name_zh": "站", "name_en": "Site"},
        "laboratory": LABORATORY,
        "instrument": [{"name": "H-01", "url": "modbus://192.0.2.1:502", "profile": "renke-rs-ws-n01"}],
    }
)


@pytest.fixture
def keeper():
    return PasswordKeeper(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def client(bench, keeper):  # noqa: F811
    """Who asks says so in a header; passwords are those of accounts."""
    with changing(bench.engine) as connection:
        connection.execute(schema.people.update().values(password_hash=keeper.hash(PASSWORD)))

    def person(request):
        account = request.headers.get("x-account", "")
        if not account:
            raise SignInError("Sign in first.")
        return Actor(account, "web of tests")

    context = ApiContext(
        settings=SETTINGS,
        bench=lambda: bench.bench,
        accounts=Accounts(bench.engine, bench.clock, keeper),
        blobs=bench.laboratory.register.blobs,
        person=person,
    )
    app = FastAPI()
    app.include_router(build_router(context))
    with TestClient(app, headers={"x-account": "chen.yu"}) as client:
        yield client
