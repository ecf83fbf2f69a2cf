"""What every sender of a bench sends: the same words and the same button, whoever sends them."""

from __future__ import annotations

TOKEN = "1000:bench"  # noqa: S105  the make-believe Telegram takes any
FIRST_CHAT = 1_000_000
OFFICE = "xã Suối Trong"
WORDS = """Việc gì: Tiêm phòng dại cho chó, mèo.
Ai làm: mọi nhà có nuôi chó, mèo.
Bao giờ: sáng thứ Bảy, từ 7 giờ đến 11 giờ.
Ở đâu: Nhà văn hóa thôn. Ai bận thì báo trưởng thôn để cán bộ thú y đến tận nhà."""
TEXT = f"<b>Thông báo của Đảng ủy {OFFICE}</b>\n\n{WORDS}"
BUTTON = "Tôi đã nắm"
ACTION = "noticed 1"
