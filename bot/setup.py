"""Getting the database ready: its tables, and the answers in them. Each step is skipped when done."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy.exc import OperationalError

from bot.database import Database
from bot.errors import SetupError
from bot.knowledge.article import read_article
from bot.knowledge.loader import load_folder
from bot.knowledge.service import apply_clinic_answers
from bot.progress import say
from bot.settings import PROJECT_DIR, Clinic, Settings

KNOWLEDGE_DIR = PROJECT_DIR / "data" / "knowledge"
ARTICLE_FILE = PROJECT_DIR / "data" / "articles" / "micro-needling.txt"


def migrate(settings: Settings) -> None:
    """Bring the database's tables up to date."""
    make_data_dir(settings)
    database = Database(settings.database_url)
    config = Config()
    config.set_main_option("script_location", str(PROJECT_DIR / "bot" / "migrations"))
    try:
        with database.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")  # a large table takes its time
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except OperationalError as error:
        raise SetupError(
            f"The database does not answer: check DATABASE_URL. ({_one_line(error.orig)})"
        ) from error
    finally:
        database.close()


def make_data_dir(settings: Settings) -> None:
    """Make the folder of everything that is written; only its owner may look into it.

    Raises:
        SetupError: it cannot be made or written.
    """
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        (settings.data_dir / ".written").touch()
    except OSError as error:
        raise SetupError(f"DATA_DIR cannot be written: {settings.data_dir} ({error.strerror}).") from error


def load_knowledge(settings: Settings, clinic: Clinic) -> None:
    """Load data/knowledge and the clinic's own answers into the database."""
    database = Database(settings.database_url)
    try:
        with database.transaction() as session:
            report = load_folder(session, KNOWLEDGE_DIR, read_article(ARTICLE_FILE))
            kept = apply_clinic_answers(session, clinic.topic_answers())
    finally:
        database.close()
    for slug in report.without_file:
        say(
            f"Note: {slug} has no file any more and is still answered; set its status to retired to withdraw it."
        )
    for slug in sorted({*report.conflicts, *kept}):
        say(f"Note: the answer on {slug} was changed both in its file and in the console; the console's stays.")


def _one_line(cause: object) -> str:
    return " ".join(str(cause).split())
