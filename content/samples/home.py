from __future__ import annotations

from content.samples.cast import Sample

SAMPLES: tuple[Sample, ...] = ()
