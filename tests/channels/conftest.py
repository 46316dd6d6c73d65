"""Rasa's real agent, without its action server."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from rasa.core.agent import Agent
from rasa.core.lock_store import LockStore
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.utils.endpoints import EndpointConfig

from bot.database import Database
from bot.dialogue.tracker_store import ClinicTrackerStore
from bot.settings import PROJECT_DIR, load_settings
from bot.training import language_models, train

CLOSED_PORT = "http://127.0.0.1:9/webhook"


@pytest.fixture(scope="module")
def trained() -> Agent:
    settings = load_settings(data_dir=PROJECT_DIR / "var")
    os.environ["SPACY_MODEL"] = language_models(settings)["SPACY_MODEL"]
    os.environ["DATA_DIR"] = str(settings.data_dir)
    return Agent.load(str(train(settings)), action_endpoint=EndpointConfig(CLOSED_PORT))


@pytest.fixture
def agent(trained: Agent, database: Database) -> Iterator[Agent]:
    """The real agent on a database of the test's own."""
    url = database.engine.url.render_as_string(hide_password=False)
    store = ClinicTrackerStore(trained.domain, host=url)
    trained.tracker_store = trained.processor.tracker_store = FailSafeTrackerStore(store)
    lock = EndpointConfig(type="bot.dialogue.lock_store.ClinicLockStore", url=url)
    trained.lock_store = LockStore.create(lock)
    yield trained
    store._database.close()
