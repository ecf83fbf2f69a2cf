"""The Bot API says no where the real server says no, in its words."""

from typing import Any

import pytest
from sim_world import World

BUTTONS = {"inline_keyboard": [[{"text": "Tôi sẽ dự", "callback_data": "go:1"}]]}
NOT_MODIFIED = "Bad Request: message is not modified"


def data(text: str) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "x", "callback_data": text}]]}


@pytest.fixture
async def told(village: World) -> World:
    """Tình's chat: 1 is his, 2 has buttons, 3 came with a reply keyboard, 4 is a document."""
    await village.ok("sendMessage", chat_id=7, text="<b>Có họp</b>", parse_mode="HTML", reply_markup=BUTTONS)
    await village.ok("sendMessage", chat_id=7, text="x", reply_markup={"keyboard": [["Về đầu"]]})
    await village.upload("sendDocument", chat_id=7, document=("a.txt", b"abc"), caption="giấy")
    return village


@pytest.mark.parametrize(
    ("method", "params", "code", "description"),
    [
        ("sendMessage", {"text": "x"}, 400, "Bad Request: chat_id is empty"),
        ("sendMessage", {"chat_id": 99, "text": "x"}, 400, "Bad Request: chat not found"),
        ("sendMessage", {"chat_id": "@nobody", "text": "x"}, 400, "Bad Request: chat not found"),
        ("sendMessage", {"chat_id": 8, "text": "x"}, 403, "Forbidden: bot can't initiate conversation with a user"),
        ("sendMessage", {"chat_id": 9, "text": "x"}, 403, "Forbidden: bot was blocked by the user"),
        ("sendMessage", {"chat_id": 7}, 400, "Bad Request: message text is empty"),
        ("sendMessage", {"chat_id": 7, "text": " \n "}, 400, "Bad Request: message text is empty"),
        (
            "sendMessage",
            {"chat_id": 7, "text": "<b></b>", "parse_mode": "HTML"},
            400,
            "Bad Request: message text is empty",
        ),
        ("sendMessage", {"chat_id": 7, "text": "😀" * 2049}, 400, "Bad Request: message is too long"),
        (
            "sendMessage",
            {"chat_id": 7, "text": "<p>x", "parse_mode": "html"},
            400,
            'Bad Request: can\'t parse entities: Unsupported start tag "p" at byte offset 0',
        ),
        ("sendMessage", {"chat_id": 7, "text": "x", "parse_mode": "X"}, 400, "Bad Request: unsupported parse_mode"),
        ("sendMessage", {"chat_id": 7, "text": "x", "reply_markup": data("")}, 400, "Bad Request: BUTTON_DATA_INVALID"),
        (
            "sendMessage",
            {"chat_id": 7, "text": "x", "reply_markup": data("ạ" * 22)},
            400,
            "Bad Request: BUTTON_DATA_INVALID",
        ),
        (
            "sendMessage",
            {"chat_id": 7, "text": "x", "reply_markup": []},
            400,
            "Bad Request: object expected as reply markup",
        ),
        (
            "sendMessage",
            {"chat_id": 7, "text": "x", "reply_markup": "{"},
            400,
            "Bad Request: can't parse reply markup JSON object",
        ),
        (
            "sendMessage",
            {"chat_id": 7, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "x"}]]}},
            400,
            "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            "sendMessage",
            {"chat_id": 7, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "x", "url": "tel:+84"}]]}},
            400,
            "Bad Request: inline keyboard button URL 'tel:+84' is invalid: Unsupported URL protocol",
        ),
        (
            "sendMessage",
            {"chat_id": 7, "text": "x", "reply_parameters": {"message_id": 50}},
            400,
            "Bad Request: message to be replied not found",
        ),
        ("sendDocument", {"chat_id": 7}, 400, "Bad Request: there is no document in the request"),
        ("sendPhoto", {"chat_id": 7, "photo": "abc"}, 400, "Bad Request: wrong file identifier/HTTP URL specified"),
        ("sendPhoto", {"chat_id": 7, "caption": "x" * 1025}, 400, "Bad Request: message caption is too long"),
        ("sendMediaGroup", {"chat_id": 7, "media": []}, 400, "Bad Request: There are no messages to send"),
        ("sendChatAction", {"chat_id": 7, "action": "x"}, 400, "Bad Request: wrong parameter action in request"),
        ("editMessageText", {"chat_id": 7, "text": "x"}, 400, "Bad Request: message identifier is not specified"),
        (
            "editMessageText",
            {"chat_id": 7, "message_id": 50, "text": "x"},
            400,
            "Bad Request: message to edit not found",
        ),
        ("editMessageText", {"chat_id": 7, "message_id": 1, "text": "x"}, 400, "Bad Request: message can't be edited"),
        ("editMessageText", {"chat_id": 7, "message_id": 3, "text": "y"}, 400, "Bad Request: message can't be edited"),
        (
            "editMessageText",
            {"chat_id": 7, "message_id": 4, "text": "y"},
            400,
            "Bad Request: there is no text in the message to edit",
        ),
        (
            "editMessageText",
            {"chat_id": 7, "message_id": 2, "text": "y", "reply_markup": {"keyboard": [["x"]]}},
            400,
            "Bad Request: inline keyboard expected",
        ),
        (
            "editMessageText",
            {"chat_id": 7, "message_id": 2, "text": "<b>Có họp</b>", "parse_mode": "HTML", "reply_markup": BUTTONS},
            400,
            NOT_MODIFIED,
        ),
        ("editMessageReplyMarkup", {"chat_id": 7, "message_id": 2, "reply_markup": BUTTONS}, 400, NOT_MODIFIED),
        (
            "editMessageCaption",
            {"chat_id": 7, "message_id": 2, "caption": "x"},
            400,
            "Bad Request: there is no caption in the message to edit",
        ),
        ("editMessageCaption", {"chat_id": 7, "message_id": 4, "caption": "giấy"}, 400, NOT_MODIFIED),
        ("deleteMessage", {"chat_id": 7, "message_id": 50}, 400, "Bad Request: message to delete not found"),
        ("answerCallbackQuery", {"callback_query_id": "1"}, 400, "Bad Request: query is too old"),
        ("getFile", {"file_id": "x"}, 400, "Bad Request: invalid file_id"),
        ("getChat", {"chat_id": 99}, 400, "Bad Request: chat not found"),
        (
            "setMyCommands",
            {"commands": [{"command": "Á", "description": "x"}]},
            400,
            "Bad Request: BOT_COMMAND_INVALID",
        ),
        ("setWebhook", {"url": "http://x.vn"}, 400, "Bad Request: bad webhook: An HTTPS URL must be provided"),
        ("setWebhook", {"url": "https://x.vn", "secret_token": "a b"}, 400, "Bad Request: secret token contains"),
        ("sendCarrierPigeon", {}, 404, "Not Found: method not found"),
    ],
)
async def test_refused(told: World, method: str, params: dict[str, Any], code: int, description: str) -> None:
    status, body = await told.call(method, **params)

    assert (status, body["ok"], body["error_code"]) == (code, False, code)
    assert body["description"].startswith(description)


@pytest.mark.parametrize(
    ("token", "code", "description"),
    [("123", 404, "Not Found"), ("x:ABC", 404, "Not Found"), ("123:WRONG", 401, "Unauthorized")],
)
async def test_tokens(village: World, token: str, code: int, description: str) -> None:
    village.token = token

    assert await village.call("getMe") == (code, {"ok": False, "error_code": code, "description": description})


async def test_a_revoked_token_is_unauthorized_until_a_new_one_is_given(village: World) -> None:
    await village.sim("bot", token=village.token, revoked=True)
    assert (await village.call("getMe"))[0] == 401

    await village.sim("bot", token="123:NEW")
    village.token = "123:NEW"
    assert (await village.ok("getMe"))["username"] == "khedao_bot"


async def test_any_token_of_the_right_form_has_a_bot(world: World) -> None:
    world.token = "77:any_Thing-1"

    me = await world.ok("getMe")

    assert (me["id"], me["is_bot"], me["username"]) == (77, True, "bot77_bot")


async def test_lengths_at_the_limit_pass(village: World) -> None:
    await village.ok("sendMessage", chat_id=7, text="<b>" + "😀" * 2048 + "</b>", parse_mode="HTML")
    await village.ok("sendMessage", chat_id=7, text="x", reply_markup=data("x" * 64))
    assert (await village.upload("sendDocument", chat_id=7, document=("a", b"a"), caption="x" * 1024))["ok"]


async def test_message_numbers_count_for_each_chat_and_dates_are_whole_seconds(village: World) -> None:
    await village.sim("message", user=8, text="chào")
    first = await village.ok("sendMessage", chat_id=7, text="a")
    second = await village.ok("sendMessage", chat_id=8, text="b")

    assert [first["message_id"], second["message_id"]] == [2, 2]
    assert first["date"] == 1793667600


async def test_an_edit_without_buttons_takes_them_away(told: World) -> None:
    edited = await told.ok("editMessageText", chat_id=7, message_id=2, text="Đã ghi")

    assert "reply_markup" not in edited
    assert edited["edit_date"] == edited["date"]
    row = (await told.get("chat?user=7"))[1]
    assert (row["text"], row["choices"], row["edited"]) == ("Đã ghi", [], True)


async def test_one_answer_for_each_tap(told: World) -> None:
    tap = await told.sim("callback", user=7, message_id=2, data="go:1")
    query = (await told.ok("getUpdates"))[-1]["callback_query"]
    assert (query["id"], query["data"]) == (tap["callback_query_id"], "go:1")
    assert query["message"]["reply_markup"] == BUTTONS
    assert int(query["chat_instance"])

    assert await told.ok("answerCallbackQuery", callback_query_id=query["id"], text="Đã ghi", show_alert=True)
    status, body = await told.call("answerCallbackQuery", callback_query_id=query["id"])

    assert (status, "query is too old" in body["description"]) == (400, True)
    [popup] = (await told.get("phone?user=7"))["popups"]
    assert (popup["text"], popup["alert"]) == ("Đã ghi", True)


async def test_a_tap_is_too_old_to_answer_after_a_quarter_of_an_hour(told: World) -> None:
    tap = await told.sim("callback", user=7, message_id=2, data="go:1")
    await told.sim("clock", forward_s=901)

    assert (await told.call("answerCallbackQuery", callback_query_id=tap["callback_query_id"]))[0] == 400


async def test_old_phones_tap_what_is_gone(told: World) -> None:
    await told.ok("deleteMessage", chat_id=7, message_id=2)
    await told.sim("callback", user=7, message_id=2, data="old")
    await told.sim("callback", user=7, message_id=4, data="never carried")

    gone, kept = [update["callback_query"] for update in (await told.ok("getUpdates"))[-2:]]

    assert gone["message"] == {"chat": kept["message"]["chat"], "message_id": 2, "date": 0}
    assert (kept["data"], kept["message"]["caption"]) == ("never carried", "giấy")


async def test_messages_are_deleted_for_two_days(told: World) -> None:
    await told.sim("clock", forward_s=48 * 3600 + 1)

    status, body = await told.call("deleteMessage", chat_id=7, message_id=2)

    assert (status, body["description"]) == (400, "Bad Request: message can't be deleted for everyone")


async def test_reply_keyboards_stay_until_taken_away(told: World) -> None:
    keyboard = {"keyboard": [[{"text": "Số của tôi", "request_contact": True}]], "one_time_keyboard": True}
    assert (await told.get("phone?user=7"))["keyboard"] == {"keyboard": [[{"text": "Về đầu"}]]}

    await told.ok("sendMessage", chat_id=7, text="x", reply_markup=keyboard)
    await told.ok("sendMessage", chat_id=7, text="y", reply_markup=BUTTONS)
    assert (await told.get("phone?user=7"))["keyboard"] == keyboard

    await told.sim("contact", user=7, phone="+84900000007")
    assert (await told.get("phone?user=7"))["keyboard"] is None

    await told.ok("sendMessage", chat_id=7, text="x", reply_markup={"keyboard": [["a"]]})
    await told.ok("sendMessage", chat_id=7, text="x", reply_markup={"remove_keyboard": True})
    assert (await told.get("phone?user=7"))["keyboard"] is None


async def test_a_contact_names_its_owner(village: World) -> None:
    await village.sim("contact", user=7, phone="+84900000007")
    await village.sim("contact", user=7, phone="+84900000008", owner=8)
    await village.sim("contact", user=7, phone="+84900000010", owner=0)

    contacts = [update["message"]["contact"] for update in await village.ok("getUpdates")]

    assert [contact.get("user_id") for contact in contacts] == [7, 8, None]
    assert contacts[1]["first_name"] == "Triệu Thị Mùi"


async def test_commands_menu_and_chat(village: World) -> None:
    commands = [{"command": "start", "description": "Bắt đầu"}]

    await village.ok("setMyCommands", commands=commands)
    assert await village.ok("getMyCommands") == commands
    assert await village.ok("getMyCommands", scope={"type": "chat", "chat_id": 7}) == []
    await village.ok("deleteMyCommands")
    assert await village.ok("getMyCommands") == []
    assert await village.ok("setChatMenuButton", chat_id=7, menu_button={"type": "commands"}) is True
    assert (await village.ok("getChat", chat_id=7))["first_name"] == "Ma Văn Tình"


async def test_every_kind_of_body_and_any_case_of_the_method(village: World) -> None:
    url = f"{village.url}/bot{village.token}"
    async with village.http.get(f"{url}/SENDMESSAGE", params={"chat_id": 7, "text": "query"}) as answer:
        assert answer.status == 200
    async with village.http.post(f"{url}/sendmessage", data={"chat_id": "7", "text": "form & more"}) as answer:
        assert answer.status == 200
    await village.ok("SendMessage", chat_id="7", text="json")
    await village.upload("sendMessage", chat_id=7, text="multipart")

    rows = await village.get("outbox")

    assert [row["text"] for row in rows] == ["query", "form & more", "json", "multipart"]


async def test_a_body_that_is_no_json_object_is_refused(village: World) -> None:
    headers = {"Content-Type": "application/json"}
    url = f"{village.url}/bot{village.token}/sendMessage"
    async with village.http.post(url, data=b"{", headers=headers) as answer:
        assert (answer.status, (await answer.json())["description"]) == (400, "Bad Request: can't parse JSON object")


async def test_the_outbox_holds_every_word_sent_edited_and_refused(told: World) -> None:
    before = (await told.get("outbox"))[-1]["seq"]
    await told.ok(
        "editMessageText", chat_id=7, message_id=2, text="<i>mới</i>", parse_mode="HTML", reply_markup=BUTTONS
    )
    await told.call("sendMessage", chat_id=9, text="x")

    edited, refused = await told.get(f"outbox?after={before}")

    assert (edited["method"], edited["bot"], edited["chat"], edited["message_id"]) == ("editMessageText", 123, 7, 2)
    assert (edited["text"], edited["choices"]) == ("mới", [{"label": "Tôi sẽ dự", "data": "go:1"}])
    assert (edited["accepted"], edited["error"], edited["at"]) == (True, None, "2026-11-03T01:00:00+00:00")
    assert (refused["accepted"], refused["error"]) == (False, "Forbidden: bot was blocked by the user")
