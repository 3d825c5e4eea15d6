"""Who may call a route."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated

import pytest
from fastapi import FastAPI

from core.actor import Actor, Role
from core.errors import Unauthenticated
from orchestrator.api import refusal
from orchestrator.api.permissions import Public, Requires

ROLES = {role.name.lower(): role for role in Role}


class Doorkeeper:
    """Knows the role names as keys, and ``cookie-`` and a role name as sessions."""

    async def by_key(self, secret: str) -> Actor:
        return self._actor(secret)

    async def by_session(self, token: str) -> Actor:
        return self._actor(token.removeprefix("cookie-"))

    def _actor(self, name: str) -> Actor:
        if name not in ROLES:
            raise Unauthenticated("Unknown.")
        return Actor(id=name, org="home", role=ROLES[name])


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()
    refusal.install(app)
    app.state.services = SimpleNamespace(identity=Doorkeeper())

    @app.post("/operate")
    async def operate(actor: Annotated[Actor, Requires(Role.OPERATOR)]) -> str:
        return actor.id

    @app.get("/open", dependencies=[Public])
    async def everybody() -> str:
        return "come in"

    return app


def bearer(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {name}"}


@pytest.mark.parametrize("name", ["operator", "admin", "owner"])
async def test_a_role_may_do_what_lower_ones_may(ask, app, name: str) -> None:
    assert (await ask(app, "POST", "/operate", headers=bearer(name))).json() == name


async def test_a_lower_role_is_forbidden(ask, app) -> None:
    response = await ask(app, "POST", "/operate", headers=bearer("viewer"))

    assert (response.status_code, response.json()["code"]) == (403, "forbidden")
    assert response.json()["needs"] == "operator"


@pytest.mark.parametrize(
    "headers",
    [{}, bearer("stranger"), {"Authorization": "Basic b3duZXI6"}, {"Authorization": "owner"}, {"Authorization": ""}],
)
async def test_no_key_or_a_wrong_one_is_401(ask, app, headers: dict[str, str]) -> None:
    assert (await ask(app, "POST", "/operate", headers=headers)).status_code == 401


async def test_public_asks_nobody(ask, app) -> None:
    assert (await ask(app, "GET", "/open", headers=bearer("stranger"))).status_code == 200


async def test_a_session_counts_from_our_own_page_alone(ask, app) -> None:
    cookie = {"Cookie": "nexus_session=cookie-owner"}
    page = {**cookie, "Origin": "http://localhost", "X-Nexus-Client": "page"}

    assert (await ask(app, "POST", "/operate", headers=page)).status_code == 200
    for forged in (cookie, {**page, "Origin": "http://evil.example"}, {**cookie, "Origin": "http://localhost"}):
        response = await ask(app, "POST", "/operate", headers=forged)
        assert (response.status_code, response.json()["code"]) == (403, "cross_site")


async def test_a_wrong_key_is_not_saved_by_a_good_cookie(ask, app) -> None:
    headers = {
        **bearer("stranger"),
        "Cookie": "nexus_session=cookie-owner",
        "Origin": "http://localhost",
        "X-Nexus-Client": "x",
    }

    assert (await ask(app, "POST", "/operate", headers=headers)).status_code == 401
