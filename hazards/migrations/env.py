"""Run by alembic inside the transaction that hazards.database opened."""

from alembic import context

import hazards.access.tables
import hazards.cases.tables
import hazards.evidence.tables
import hazards.site.tables  # noqa: F401  (all four: so that the metadata knows every table)
from hazards.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
