"""A person at the clinic takes a conversation over, and gives it back"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("conversation") as batch:
        batch.add_column(sa.Column("taken_over_by", sa.String(200), nullable=True))
        batch.add_column(sa.Column("taken_over_at", Moment, nullable=True))
        batch.add_column(sa.Column("staff_wrote_at", Moment, nullable=True))
    op.create_index("ix_conversation_taken_over", "conversation", ["taken_over_at"])
    # Not in a batch: a copy of the table would lose the triggers that keep its full-text index.
    op.add_column("message", sa.Column("author", sa.String(200), nullable=True))
    with op.batch_alter_table("handoff") as batch:
        batch.add_column(sa.Column("taken_by", sa.String(200), nullable=True))
        batch.add_column(sa.Column("taken_at", Moment, nullable=True))
        batch.add_column(sa.Column("closed_at", Moment, nullable=True))


def downgrade() -> None:
    op.drop_column("message", "author")
    with op.batch_alter_table("handoff") as batch:
        for name in ("taken_by", "taken_at", "closed_at"):
            batch.drop_column(name)
    op.drop_index("ix_conversation_taken_over", "conversation")
    with op.batch_alter_table("conversation") as batch:
        for name in ("taken_over_by", "taken_over_at", "staff_wrote_at"):
            batch.drop_column(name)
