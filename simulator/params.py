"""The parameters of a Bot API call, whichever way they came: query, form, JSON or multipart."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.requests import Request

from simulator.errors import ApiError, bad_request
from simulator.files import UPLOAD_BYTES

_ROOM_FOR_FIELDS = 2**20


@dataclass(frozen=True)
class Upload:
    """A file that came in a multipart body."""

    name: str
    content_type: str
    data: bytes


@dataclass
class Params:
    """Named values (text, or parsed JSON) and uploads; every reader is as lenient about types as the real server."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a text, "" when it is missing; other JSON values are written out."""
        value = self.values.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int = 0) -> int:
        """Return a whole number, the default when it is missing or none."""
        try:
            return int(self.text(name))
        except ValueError:
            return default

    def flag(self, name: str) -> bool:
        """Return whether a flag is set: true, yes or 1."""
        return self.text(name).lower() in ("true", "yes", "1")

    def parsed(self, name: str) -> Any:
        """Return a JSON value, None when it is missing. Raises ApiError for text that is no JSON."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None

    def chat_id(self) -> int | None:
        """Return chat_id when it is a number."""
        return self.integer("chat_id") or None


async def read_params(request: Request) -> Params:
    """Read every parameter of a call. Raises ApiError for a body that is too large or is no JSON."""
    if int(request.headers.get("content-length") or 0) > UPLOAD_BYTES + _ROOM_FOR_FIELDS:
        raise ApiError(413, "Request Entity Too Large")
    params = Params(dict(request.query_params))
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        await _read_multipart(request, params)
    elif kind == "application/json":
        params.values.update(_json_object(await request.body()))
    elif kind == "application/x-www-form-urlencoded":
        body = (await request.body()).decode("utf-8", "replace")
        params.values.update(parse_qsl(body, keep_blank_values=True))
    return params


async def _read_multipart(request: Request, params: Params) -> None:
    async with request.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                kind = value.content_type or "application/octet-stream"
                params.files[name] = Upload(value.filename or name, kind, await value.read())
            else:
                params.values[name] = value


def _json_object(body: bytes) -> dict[str, Any]:
    if not body.strip():
        return {}
    try:
        value = json.loads(body)
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(value, dict):
        raise bad_request("JSON object expected")
    return value
