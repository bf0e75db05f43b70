"""People: groups, machines with owners, invitations, tokens, passkeys, identities."""

import sqlalchemy as sa
from alembic import op

revision = "0005_people"
down_revision = "0004_book"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Groups, owners of machines, invitations, tokens, passkeys, identities; sessions that are seen."""
    op.add_column("machine", sa.Column("owner", sa.String(length=64), nullable=True))
    op.add_column("machine", sa.Column("retired", sa.Boolean(), nullable=True))
    op.add_column("session", sa.Column("seen_at", sa.String(length=32), nullable=True))
    op.add_column("session", sa.Column("label", sa.String(length=80), nullable=True))
    op.create_table(
        "crew",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("disbanded", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_crew_production_production")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crew")),
    )
    op.create_table(
        "crew_member",
        sa.Column("crew", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["crew"], ["crew.id"], name=op.f("fk_crew_member_crew_crew")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_crew_member_person_person")),
        sa.PrimaryKeyConstraint("crew", "person", name=op.f("pk_crew_member")),
    )
    op.create_table(
        "crew_role",
        sa.Column("crew", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["crew"], ["crew.id"], name=op.f("fk_crew_role_crew_crew")),
        sa.PrimaryKeyConstraint("crew", "role", name=op.f("pk_crew_role")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("roles", sa.String(length=200), nullable=False),
        sa.Column("inviter", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.Column("ended", sa.String(length=16), nullable=True),
        sa.Column("person", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("machine", sa.String(length=64), nullable=True),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.Column("used_at", sa.String(length=32), nullable=True),
        sa.Column("revoked_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_table(
        "passkey",
        sa.Column("id", sa.String(length=1400), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("used_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
    )
    op.create_table(
        "ceremony",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=True),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_ceremony")),
    )
    op.create_table(
        "identity",
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identity")),
    )


def downgrade() -> None:
    """Never: a database is restored from a backup, not walked back."""
    raise NotImplementedError
