"""Import rules that concern single modules; the packages' rules are import-linter's contracts in pyproject.toml."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = (
    "vietnamese",
    "sheets",
    "content",
    "db",
    "channels",
    "delivery",
    "handlers",
    "scheduler",
    "web",
    "simulator",
)
# The composition root and what it is built from: seen by the command line, bench and tests only.
ROOTS = {"app", "bot", "commands", "config", "files", "logs", "makebelieve"}
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The first names of all modules that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_package_knows_the_composition_root(path: Path) -> None:
    assert imported(path) & ROOTS == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_db_speaks_sql(path: Path) -> None:
    """Others may name a connection, which they pass on; statements are made in db alone."""
    if path.is_relative_to(ROOT / "db"):
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
            assert {alias.name for alias in node.names} <= {"Connection"}
