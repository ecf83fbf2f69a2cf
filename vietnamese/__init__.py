"""The rules of the Vietnamese language, spelled once: pure functions of plain values that import nothing of ours."""
