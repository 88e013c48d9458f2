"""Run by alembic inside the transaction that hazards.database opened."""

from alembic import context

import hazards.every_table  # noqa: F401  (so that the metadata knows them all)
from hazards.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
