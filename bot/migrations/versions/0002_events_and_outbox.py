"""The dialogue's events in a table of ours, messages as staff look for them, and the outbox"""

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Connection

from bot.database import BigNumber

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    _extend_conversation_and_inbound()
    _create_event()
    _take_over_rasas_events(op.get_bind())
    _number_the_messages(op.get_bind())
    _note_what_was_understood(op.get_bind())
    _index_the_words(op.get_bind())
    _create_outbox()
    op.add_column("booking_request", sa.Column("cancelled_by", sa.String(64), nullable=True))
    _create_lock_ticket(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("What 0002 adds cannot be kept in the tables of 0001: restore a backup instead.")


def _extend_conversation_and_inbound() -> None:
    with op.batch_alter_table("conversation") as batch:
        batch.add_column(sa.Column("last_seq", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("window_seq", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("window_state", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("inbound") as batch:
        batch.add_column(sa.Column("claimed_until", Moment, nullable=True))
        batch.add_column(sa.Column("failure", sa.Text(), nullable=True))
    op.create_index("ix_inbound_received", "inbound", ["conversation_id", "received_at"])


def _create_event() -> None:
    op.create_table(
        "event",
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "seq"),
    )


def _take_over_rasas_events(connection: Connection) -> None:
    """What Rasa's own SQL tracker store kept until now, numbered in its order."""
    if not sa.inspect(connection).has_table("events"):
        return
    moment = "to_timestamp(timestamp)"
    if connection.dialect.name == "sqlite":
        moment = "strftime('%Y-%m-%d %H:%M:%f', timestamp, 'unixepoch') || '000'"
    op.execute(
        f"""
        INSERT INTO event (conversation_id, seq, type, at, data)
        SELECT sender_id, row_number() OVER (PARTITION BY sender_id ORDER BY events.id), type_name, {moment}, data
        FROM events JOIN conversation ON conversation.id = sender_id
        """  # noqa: S608
    )
    op.execute(
        "UPDATE conversation SET last_seq ="
        " (SELECT coalesce(max(seq), 0) FROM event WHERE conversation_id = conversation.id)"
    )
    op.drop_table("events")


def _number_the_messages(connection: Connection) -> None:
    op.execute("CREATE TABLE message_before AS SELECT * FROM message")
    op.drop_table("message")
    op.create_table(
        "message",
        sa.Column("number", BigNumber, primary_key=True),
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("sender", sa.String(10), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("inbound_id", sa.String(64)),
        sa.Column("reply_index", sa.Integer()),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(20)),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("intent", sa.String(64)),
        sa.Column("confidence", sa.Float()),
        sa.Column("ranking", sa.JSON()),
        sa.Column("entities", sa.JSON()),
        sa.Column("model_version", sa.String(64)),
        sa.Column("knowledge_versions", sa.JSON()),
        sa.Column("delivery_status", sa.String(10)),
        sa.UniqueConstraint("conversation_id", "cursor", name="uq_message_cursor"),
        sa.UniqueConstraint("conversation_id", "inbound_id", "reply_index", name="uq_message_reply"),
    )
    op.create_index("ix_message_at", "message", ["at"])
    op.create_index("ix_message_channel", "message", ["channel", "at"])
    op.create_index("ix_message_outcome", "message", ["outcome", "at"])
    kept = "conversation_id, cursor, message_before.id, sender, at, text, inbound_id, reply_index, choices, topics, outcome, sources"
    op.execute(
        f"INSERT INTO message ({kept.replace('message_before.', '')}, channel)"  # noqa: S608
        f" SELECT {kept}, conversation.channel FROM message_before"
        " JOIN conversation ON conversation.id = conversation_id ORDER BY at, cursor"
    )
    op.drop_table("message_before")
    _create_message_topic(connection)


def _create_message_topic(connection: Connection) -> None:
    op.create_table(
        "message_topic",
        sa.Column(
            "message_number", BigNumber, sa.ForeignKey("message.number", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("message_number", "topic"),
    )
    op.create_index("ix_message_topic", "message_topic", ["topic", "at"])
    each = "json_each(topics)" if connection.dialect.name == "sqlite" else "json_array_elements_text(topics)"
    op.execute(
        "INSERT INTO message_topic (message_number, topic, at)"
        f" SELECT DISTINCT number, each.value, at FROM message, {each} AS each"  # noqa: S608
    )


def _note_what_was_understood(connection: Connection) -> None:
    """Intents and entities of the visitors' messages, from their events: a caution mentioned before stays known."""
    message = sa.table(
        "message",
        *(sa.column(name) for name in ("conversation_id", "id", "sender", "intent", "confidence")),
        *(sa.column(name, sa.JSON()) for name in ("ranking", "entities")),
    )
    found = connection.execute(sa.text("SELECT conversation_id, data FROM event WHERE type = 'user'"))
    for conversation_id, data in found.fetchall():
        event = json.loads(data)
        understood = event.get("parse_data") or {}
        intent = understood.get("intent") or {}
        theirs = (message.c.conversation_id == conversation_id) & (message.c.id == event.get("message_id"))
        connection.execute(
            sa.update(message)
            .where(theirs, message.c.sender == "visitor")
            .values(
                intent=intent.get("name"),
                confidence=intent.get("confidence"),
                ranking=understood.get("intent_ranking") or [],
                entities=understood.get("entities") or [],
            )
        )


def _index_the_words(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        op.execute("CREATE INDEX ix_message_words ON message USING gin (to_tsvector('english', text))")
        return
    op.execute(
        "CREATE VIRTUAL TABLE message_words"
        " USING fts5 (text, content='message', content_rowid='number', tokenize='porter unicode61')"
    )
    insert = "INSERT INTO message_words (rowid, text) VALUES (new.number, new.text);"
    remove = "INSERT INTO message_words (message_words, rowid, text) VALUES ('delete', old.number, old.text);"
    op.execute(f"CREATE TRIGGER message_words_add AFTER INSERT ON message BEGIN {insert} END")
    op.execute(f"CREATE TRIGGER message_words_remove AFTER DELETE ON message BEGIN {remove} END")
    op.execute(
        f"CREATE TRIGGER message_words_change AFTER UPDATE OF text ON message BEGIN {remove} {insert} END"
    )
    op.execute("INSERT INTO message_words (message_words) VALUES ('rebuild')")


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", BigNumber, primary_key=True),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("lane", sa.String(200), nullable=False),
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversation.id")),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("claimed_until", Moment),
        sa.Column("fault", sa.Text()),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("sent_at", Moment),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    op.create_index("ix_outbox_due", "outbox", ["status", "due_at"])
    op.create_index("ix_outbox_lane", "outbox", ["lane", "status", "id"])
    op.create_index("ix_outbox_conversation", "outbox", ["conversation_id"])


def _create_lock_ticket(connection: Connection) -> None:
    """Unlogged on PostgreSQL: places in a queue need not survive its crash, and cost no write-ahead log."""
    op.create_table(
        "lock_ticket",
        sa.Column("ticket", BigNumber, primary_key=True),
        sa.Column("conversation_id", sa.String(200), nullable=False),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        prefixes=["UNLOGGED"] if connection.dialect.name == "postgresql" else [],
    )
    op.create_index("ix_lock_ticket_conversation", "lock_ticket", ["conversation_id", "ticket"])
