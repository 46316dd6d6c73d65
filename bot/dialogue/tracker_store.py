"""Rasa's SQL tracker store, in our database, with errors that show nothing of what was stored."""

from typing import Any

from rasa.core.tracker_store import SQLTrackerStore


class ClinicTrackerStore(SQLTrackerStore):
    """Configured in endpoints.yml by `url`, the database's address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.engine.hide_parameters = True
