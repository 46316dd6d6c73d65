"""A PostgreSQL database that several tests share, where they cannot get into each other's way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy.engine import make_url

from tests.support.postgres import execute

POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL", "")


@pytest.fixture(scope="session")
def postgres_address(request: pytest.FixtureRequest) -> Iterator[str]:
    """Its address; it has every table."""
    if not POSTGRES_URL:
        pytest.skip("PostgreSQL: TEST_POSTGRES_URL is not set")
    name = f"clinic_shared_{uuid4().hex[:12]}"
    template = request.getfixturevalue("migrated_postgres")
    execute(POSTGRES_URL, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield str(make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False))
    execute(POSTGRES_URL, f'DROP DATABASE "{name}" WITH (FORCE)')
