"""Starting the whole assistant for a test."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot.settings import PROJECT_DIR, load_clinic, load_settings
from bot.setup import load_knowledge, migrate
from bot.supervision import address, processes, wait_until_answering
from bot.training import train

TRAINED = PROJECT_DIR / "var"
ALLOWED_ORIGIN = "https://www.clinic.example"
SHARED_FOLDERS = ("encoder", "spacy", "models")


@contextmanager
def running(folder: Path, database_url: str, **settings_overrides: Any) -> Iterator[str]:
    """An assistant of its own on free ports, with the project's trained model; gives its widget channel's address."""
    for name in SHARED_FOLDERS:
        (TRAINED / name).mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(TRAINED / name, target_is_directory=True)
    settings = load_settings(
        data_dir=folder,
        database_url=database_url,
        rasa_port=free_port(),
        actions_port=free_port(),
        allowed_origins=ALLOWED_ORIGIN,
        **settings_overrides,
    )
    migrate(settings)
    load_knowledge(settings, load_clinic(settings.clinic_file))
    with processes(settings, train(settings)) as supervisor:
        wait_until_answering(settings, supervisor)
        yield address(settings)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
