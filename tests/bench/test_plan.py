"""The claim looks at no more rows than it takes, on either engine: its plan says so, and so does its time."""

from __future__ import annotations

from bench import plan


def test_the_claim_stays_on_its_index() -> None:
    found = {figure.figure.split(" on ")[1].split()[0]: seen for figure, seen in plan.measure(20_000, few=1000)}
    assert set(found) == {"SQLite", "PostgreSQL"}
    for seen in found.values():
        assert seen.claim > 0
        assert "ix_deliveries_queued" in seen.plan
        assert "ix_deliveries_sending" in seen.plan
        # Nothing is read from one end to the other but what the steps hand on among themselves.
        assert "Seq Scan on deliveries" not in seen.plan
        assert "SCAN deliveries" not in seen.plan
