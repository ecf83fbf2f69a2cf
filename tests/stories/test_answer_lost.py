"""The database keeps what it is given, and its answer is lost: nobody waits for ever, nobody hears it twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, select

from db.engine import AwayError
from db.tables import deliveries
from tests.stories.village import Village


async def test_a_claim_that_was_kept_unheard_is_put_back(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    write, lost = village.app.db.write, []

    async def deaf(work: Callable[[Connection], Any]) -> Any:
        done = await write(work)
        if not lost and isinstance(done, list) and done and isinstance(done[0], tuple):
            lost.append(done)
            raise AwayError
        return done

    lam = await village.join(await village.add("Lò Văn Lâm"))
    monkeypatch.setattr(village.app.db, "write", deaf)
    await lam.says("trợ giúp")
    assert lost and len(lam.heard) == 1
    rows = await village.write(lambda c: c.execute(select(deliveries.c.state, deliveries.c.tries)).all())
    assert rows == [("sent", 1)]
