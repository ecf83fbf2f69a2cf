"""Alembic's entry: it is given an open connection, never an address."""

from __future__ import annotations

from alembic import context

import db.tables  # noqa: F401  fills the metadata
from db.columns import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
