"""Requests become bookings that may have a time; what they occupy, and when the clinic is closed"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Connection

from bot.booking.codes import new_code

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)
KEPT = "conversation_id, inbound_id, name, phone, email, cautions, status, created_at, cancelled_by"


def upgrade() -> None:
    _create_booking()
    _take_over_requests(op.get_bind())
    op.create_table(
        "occupied",
        sa.Column("practitioner", sa.String(200), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("booking_id", sa.Integer(), sa.ForeignKey("booking.id", ondelete="CASCADE"), nullable=False),
        sa.PrimaryKeyConstraint("practitioner", "at"),
    )
    op.create_index("ix_occupied_booking", "occupied", ["booking_id"])
    op.create_table(
        "closure",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("starts_at", Moment, nullable=False),
        sa.Column("ends_at", Moment, nullable=False),
        sa.Column("practitioner", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
    )
    op.create_index("ix_closure_ends_at", "closure", ["ends_at"])


def downgrade() -> None:
    raise NotImplementedError("What 0003 adds cannot be kept in the tables of 0002: restore a backup instead.")


def _create_booking() -> None:
    op.create_table(
        "booking",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("code", sa.String(12), nullable=False),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("inbound_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("phone", sa.String(32)),
        sa.Column("email", sa.String(254)),
        sa.Column("concern", sa.Text(), nullable=False),
        sa.Column("wishes", sa.Text(), nullable=False),
        sa.Column("cautions", sa.JSON(), nullable=False),
        sa.Column("practitioner", sa.String(200), nullable=False),
        sa.Column("starts_at", Moment),
        sa.Column("ends_at", Moment),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("held_until", Moment),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("reminded_at", Moment),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.Column("cancelled_by", sa.String(64)),
        sa.UniqueConstraint("code", name="uq_booking_code"),
        sa.UniqueConstraint("conversation_id", "inbound_id", name="uq_booking_inbound"),
    )
    held = sa.text("status = 'held'")
    op.create_index(
        "uq_booking_hold", "booking", ["conversation_id"], unique=True, sqlite_where=held, postgresql_where=held
    )
    op.create_index("ix_booking_status", "booking", ["status", "created_at"])
    op.create_index("ix_booking_starts_at", "booking", ["starts_at"])


def _take_over_requests(connection: Connection) -> None:
    """Every request, in its order. Each gets a code: its number first, which no code is, and then one of its own."""
    op.execute(
        f"INSERT INTO booking ({KEPT}, code, concern, wishes, practitioner, sequence, changed_at)"  # noqa: S608
        f" SELECT {KEPT}, CAST(id AS VARCHAR(12)), '', '', '', 0, created_at FROM booking_request ORDER BY id"
    )
    booking = sa.table("booking", sa.column("id"), sa.column("code"))
    for (number,) in connection.execute(sa.select(booking.c.id)).fetchall():
        connection.execute(sa.update(booking).where(booking.c.id == number).values(code=new_code()))
    op.drop_table("booking_request")
