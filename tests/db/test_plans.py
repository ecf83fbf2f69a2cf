"""The plan that a server keeps for a statement, whatever values it is given later."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, Select, text

from db import gathering, inbox, wire
from db.engine import Database

# A server that keeps a plan does not look at the values any more: the state that an index is made for must stand in the
# statement itself. Else it goes through the whole table, for each row of another one: half a minute for one claim.
KEPT = [
    (gathering._RIPE, ["ix_due_items_waiting"]),
    (gathering._RIPE_IDS, ["ix_due_items_waiting"]),
    (wire._found((0, 30), 24, None), ["ix_deliveries_queued", "ix_deliveries_sending"]),
    (inbox._WAITING, ["ix_received_waiting", "ix_received_chat"]),
]

EXPLAINED = """
CREATE FUNCTION pg_temp.kept(statement text) RETURNS SETOF text LANGUAGE plpgsql
AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (GENERIC_PLAN) ' || statement; END $$
"""


@pytest.mark.parametrize(("statement", "indexes"), KEPT)
async def test_a_plan_that_is_kept_goes_by_the_index(
    server_url: str, statement: Select[Any], indexes: list[str]
) -> None:
    def explained(connection: Connection) -> str:
        connection.execute(text(EXPLAINED))
        connection.execute(text("SET LOCAL enable_seqscan = off"))  # the tables are empty
        words = {"statement": str(statement.compile(dialect=connection.dialect))}
        return "\n".join(connection.execute(text("SELECT pg_temp.kept(:statement)"), words).scalars())

    database = Database(server_url)
    plan = await database.read(explained)
    await database.close()
    assert [index for index in indexes if index not in plan] == []
