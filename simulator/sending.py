"""The methods that put a new message into a chat."""

from collections.abc import Callable

from simulator.calls import Call, read_caption
from simulator.errors import ApiError, bad_request
from simulator.files import PHOTO_BYTES, UPLOAD_BYTES, StoredFile, picture_size
from simulator.markup import Markup
from simulator.model import Conversation, Json, StoredMessage
from simulator.params import Upload

ALBUM = 10
_PHOTO_SIDES = 10_000
_PHOTO_RATIO = 20
_ACTIONS = (
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
)
_TYPING_SECONDS = 5.0


def send_message(call: Call) -> Json:
    """sendMessage."""
    return _send(call, call.message_text())


def send_photo(call: Call) -> Json:
    """sendPhoto."""
    caption = call.caption()
    return _send(call, {**_photo(call, call.params.text("photo"), "photo"), **caption})


def send_document(call: Call) -> Json:
    """sendDocument."""
    caption = call.caption()
    return _send(call, {**_document(call, call.params.text("document"), "document"), **caption})


def send_media_group(call: Call) -> list[Json]:
    """sendMediaGroup with photos or documents, which do not mix."""
    media = call.params.parsed("media")
    if not isinstance(media, list) or not all(isinstance(item, dict) for item in media):
        raise bad_request("can't parse media: Array of InputMedia expected")
    if not media:
        raise bad_request("There are no messages to send")
    if len(media) > ALBUM:
        raise bad_request("Too many messages to send as an album")
    if len({item.get("type") for item in media}) > 1:
        raise bad_request("Document can't be mixed with other media types")
    contents = [_album_item(call, item) for item in media]
    chat = call.chat()
    group = {"media_group_id": f"{chat.instance}{chat.last_message_id + 1}"}
    return [chat.as_api(_write(call, chat, {**content, **group}, Markup())) for content in contents]


def send_chat_action(call: Call) -> bool:
    """sendChatAction: the phone shows "typing" for five seconds of real time."""
    if call.params.text("action") not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = call.simulator.writable(call.bot, call.known_chat().id)
    chat.typing_until = call.simulator.monotonic() + _TYPING_SECONDS
    call.simulator.changed(chat)
    return True


def _send(call: Call, content: Json) -> Json:
    markup = call.markup()
    chat = call.chat()
    return chat.as_api(_write(call, chat, content, markup))


def _write(call: Call, chat: Conversation, content: Json, markup: Markup) -> StoredMessage:
    reply_to = _replied(call, chat)
    if call.params.flag("protect_content"):
        content = {**content, "has_protected_content": True}
    message = call.simulator.write(chat, call.bot.as_user(), content)
    message.inline, message.editable, message.reply_to = markup.inline, markup.editable, reply_to
    if markup.keyboard or markup.removes:
        chat.keyboard = markup.keyboard
    chat.typing_until = 0.0
    return message


def _replied(call: Call, chat: Conversation) -> int | None:
    wanted = call.params.parsed("reply_parameters") or {}
    if not isinstance(wanted, dict):
        raise bad_request("object expected as reply parameters")
    message_id = wanted.get("message_id")
    if message_id is None or message_id in chat.messages:
        return message_id
    if wanted.get("allow_sending_without_reply") is True:
        return None
    raise bad_request("message to be replied not found")


def _album_item(call: Call, item: Json) -> Json:
    reader = _MEDIA.get(str(item.get("type")))
    if reader is None:
        raise bad_request("can't parse media: this server knows albums of photos or documents")
    source = item.get("media")
    content = reader(call, source if isinstance(source, str) else "", "media")
    mode = str(item.get("parse_mode") or "")
    return {**content, **read_caption(str(item.get("caption") or ""), mode, item.get("caption_entities") or [])}


def _photo(call: Call, source: str, name: str) -> Json:
    found = _source(call, source, name, "photo")
    size = picture_size(found.data)
    if size is None:
        raise ApiError(400, "Bad Request: IMAGE_PROCESS_FAILED")
    if sum(size) > _PHOTO_SIDES or max(size) > _PHOTO_RATIO * min(size):
        raise ApiError(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    file = found if isinstance(found, StoredFile) else _keep(call, "photos", found, PHOTO_BYTES, "a photo")
    return {"photo": file.as_photo(size)}


def _document(call: Call, source: str, name: str) -> Json:
    found = _source(call, source, name, "document")
    file = found if isinstance(found, StoredFile) else _keep(call, "documents", found, UPLOAD_BYTES, "a document")
    return {"document": file.as_document()}


_MEDIA: dict[str, Callable[[Call, str, str], Json]] = {"photo": _photo, "document": _document}


def _source(call: Call, source: str, name: str, kind: str) -> Upload | StoredFile:
    """Return the upload, or the file already on the server, that a parameter names."""
    attached = source.removeprefix("attach://") if source.startswith("attach://") else name
    found: Upload | StoredFile | None = call.params.files.get(attached) or call.simulator.files.get(source)
    if found is None and not source:
        raise bad_request(f"there is no {kind} in the request")
    if found is None and source.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    if found is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if not found.data:
        raise bad_request("file must be non-empty")
    return found


def _keep(call: Call, folder: str, upload: Upload, most: int, what: str) -> StoredFile:
    if len(upload.data) > most:
        raise bad_request(
            f"file of size {len(upload.data)} bytes is too big for {what}; the maximum size is {most} bytes"
        )
    return call.simulator.files.add(folder, upload.name, upload.content_type, upload.data)
