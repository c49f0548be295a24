"""Alembic's migrations over SQLAlchemy: two revisions in one transaction, then what an application reads."""

import os

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

engine = sa.create_engine("postgresql+psycopg://", connect_args={"sslmode": os.environ.get("PGSSLMODE", "prefer")})


def first(op):
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(20), nullable=False, unique=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now()),
    )
    op.create_index("orders_at", "orders", ["at"])


def second(op):
    op.add_column("orders", sa.Column("paid", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_check_constraint("named", "orders", "name <> ''")
    op.bulk_insert(sa.table("orders", sa.column("name")), [{"name": "first"}])
    op.execute(sa.text("UPDATE orders SET paid = true WHERE name = :name").bindparams(name="first"))


with engine.begin() as connection:
    context = MigrationContext.configure(connection)
    context._ensure_version_table()
    version = context._version
    for before, revision, step in [(None, "0001", first), ("0001", "0002", second)]:
        with Operations.context(context) as op:
            step(op)
        if before is None:
            connection.execute(version.insert().values(version_num=revision))
        else:
            connection.execute(version.update().values(version_num=revision).where(version.c.version_num == before))


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    paid: Mapped[bool]


with Session(engine) as session:
    assert session.scalars(sa.select(Order).where(Order.paid)).one().name == "first"
inspector = sa.inspect(engine)
assert "orders" in inspector.get_table_names() and len(inspector.get_columns("orders")) == 4
assert inspector.get_indexes("orders") and inspector.get_check_constraints("orders")
print("migrated")
