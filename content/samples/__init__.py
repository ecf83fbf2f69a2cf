"""Samples of every template, so that `python bot.py content` can read what people would read."""

from content.samples import answers, asking, briefs, home, joining, move, notices, papers, plan, privacy, roster, status
from content.samples.cast import Sample

PARTS = (home, joining, privacy, roster, plan, move, answers, status, briefs, asking, notices, papers)
SAMPLES: tuple[Sample, ...] = tuple(sample for part in PARTS for sample in part.SAMPLES)
