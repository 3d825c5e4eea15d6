"""The way through every place of the page, from a browser that is not signed in to a service that has gone."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.browser.accessibility import conversations, installed, models, runs, surroundings
from tests.browser.accessibility.looking import Look
from tests.browser.conftest import PATIENCE_MS, House, upstream_service


def walked(browser: Browser, house: House) -> Look:
    """Every place, looked at in both themes and at both widths. ``house`` is a fresh service.

    At the end of the way the service is killed, and started again with its data.
    """
    with browser.new_context() as context, upstream_service() as upstream:
        context.set_default_timeout(PATIENCE_MS)
        look = Look(context.new_page(), house.service.url)
        surroundings.signed_out(look)
        surroundings.nothing_yet(look, house.link)
        models.nothing_yet(look)
        surroundings.palette(look)
        conversations.composed(look)
        conversations.under_way(look, house)
        conversations.card(look)
        runs.build(look, house)
        runs.turn(look, house)
        conversations.approved(look, upstream)
        conversations.answers(look)
        conversations.threads(look)
        conversations.code(look)
        installed.module(look, house, upstream)
        installed.operations(look)
        installed.asking(look)
        installed.moved(look)
        conversations.answered(look, house)
        runs.listed(look)
        models.configured(look, house)
        surroundings.connection_lost(look, house)
    return look
