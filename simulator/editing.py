"""The methods that change or take back what is in a chat, or answer a tap."""

from simulator.calls import Call
from simulator.errors import ApiError, bad_request
from simulator.model import Conversation, Json, StoredMessage, seconds

TAP_SECONDS = 15 * 60
DELETE_SECONDS = 48 * 3600
ANSWER_LENGTH = 200
_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)


def edit_text(call: Call) -> Json:
    """editMessageText."""
    content = call.message_text()
    chat, message = _target(call)
    if "text" not in message.content:
        raise bad_request("there is no text in the message to edit")
    return _change(call, chat, message, content)


def edit_caption(call: Call) -> Json:
    """editMessageCaption; without a caption the old one goes."""
    caption = call.caption()
    chat, message = _target(call)
    if not {"photo", "document"} & message.content.keys():
        raise bad_request("there is no caption in the message to edit")
    kept = {name: value for name, value in message.content.items() if not name.startswith("caption")}
    return _change(call, chat, message, {**kept, **caption})


def edit_reply_markup(call: Call) -> Json:
    """editMessageReplyMarkup."""
    chat, message = _target(call)
    return _change(call, chat, message, message.content)


def delete_message(call: Call) -> bool:
    """deleteMessage: one's own or, in a private chat, the person's, for 48 hours."""
    chat = call.known_chat()
    message = chat.messages.get(call.params.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    if seconds(call.simulator.clock.now()) - seconds(message.at) > DELETE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    del chat.messages[message.message_id]
    call.simulator.changed(chat)
    return True


def answer_callback(call: Call) -> bool:
    """answerCallbackQuery: once for each tap, within 15 minutes of the make-believe time."""
    text = call.params.text("text")
    if len(text) > ANSWER_LENGTH:
        raise ApiError(400, "Bad Request: MESSAGE_TOO_LONG")
    simulator = call.simulator
    query_id = call.params.text("callback_query_id")
    tap = simulator.taps.get(query_id)
    if tap is None or tap.bot_id != call.bot.id:
        raise bad_request(_TOO_OLD)
    del simulator.taps[query_id]
    if seconds(simulator.clock.now()) - tap.asked > TAP_SECONDS:
        raise bad_request(_TOO_OLD)
    chat = simulator.known(call.bot, tap.chat_id)
    if text:
        alert = call.params.flag("show_alert")
        chat.popups.append({"id": simulator.version + 1, "message_id": tap.message_id, "text": text, "alert": alert})
    simulator.changed(chat)
    return True


def _target(call: Call) -> tuple[Conversation, StoredMessage]:
    message_id = call.params.integer("message_id")
    if not message_id:
        raise bad_request("message identifier is not specified")
    chat = call.chat()
    message = chat.messages.get(message_id)
    if message is None:
        raise bad_request("message to edit not found")
    if not message.outgoing or not message.editable:
        raise bad_request("message can't be edited")
    return chat, message


def _change(call: Call, chat: Conversation, message: StoredMessage, content: Json) -> Json:
    """Give a message its new content and buttons; an edit that names no buttons takes them away."""
    markup = call.markup()
    if not markup.editable:
        raise bad_request("inline keyboard expected")
    if content == message.content and markup.inline == message.inline:
        raise bad_request(_NOT_MODIFIED)
    if content != message.content:
        message.edited_at = call.simulator.clock.now()
    message.content, message.inline = content, markup.inline
    call.simulator.changed(chat)
    return chat.as_api(message)
