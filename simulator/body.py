"""The body of a control call, read strictly: a wrong field is a sentence, never a guess."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from simulator.errors import ControlError
from simulator.params import Upload


@dataclass(frozen=True)
class Body:
    """The fields of a control call: JSON values, or text and uploads of a multipart form."""

    fields: dict[str, Any]

    def text(self, name: str, default: str = "") -> str:
        """Return a text field."""
        value = self.fields.get(name, default)
        if not isinstance(value, str):
            raise ControlError(f"{name} must be text.")
        return value

    def number(self, name: str, default: int | None = None) -> int:
        """Return a whole number; one without a default must be there."""
        value = self.fields.get(name, default)
        try:
            if isinstance(value, bool) or not isinstance(value, int | str):
                raise ValueError
            return int(value)
        except ValueError:
            raise ControlError(f"{name} must be a whole number.") from None

    def maybe_number(self, name: str) -> int | None:
        """Return a whole number, None when it is missing."""
        return None if self.fields.get(name) is None else self.number(name)

    def amount(self, name: str, default: float) -> float:
        """Return a number above zero."""
        value = self.fields.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
            raise ControlError(f"{name} must be a number above zero.")
        return float(value)

    def flag(self, name: str, default: bool | None = None) -> bool:
        """Return true or false; one without a default must be there."""
        value = self.fields.get(name, default)
        if not isinstance(value, bool):
            raise ControlError(f"{name} must be true or false.")
        return value

    def moment(self, name: str) -> datetime:
        """Return a date and time in ISO form."""
        try:
            return datetime.fromisoformat(self.text(name))
        except ValueError:
            raise ControlError(f"{name} must be written like 2026-11-03T08:00:00+00:00.") from None

    def bot(self) -> int | str | None:
        """Return what names the bot: its id, username or token; None for the first one."""
        value = self.fields.get("bot")
        return value if isinstance(value, int | str) and value != "" else None

    def upload(self, name: str) -> Upload | None:
        """Return an uploaded file: a form's file or {"name", "base64"}; None when it is missing."""
        value = self.fields.get(name)
        if value is None or isinstance(value, Upload):
            return value
        if not isinstance(value, dict) or not isinstance(value.get("base64"), str):
            raise ControlError(f'{name} must be a file of a form, or {{"name": …, "base64": …}}.')
        try:
            data = base64.b64decode(value["base64"], validate=True)
        except binascii.Error:
            raise ControlError(f"{name} is not in base64.") from None
        file_name = str(value.get("name") or name)
        return Upload(file_name, str(value.get("type") or content_type(file_name)), data)


async def read_body(request: Request) -> Body:
    """Read a control call's body. Raises ControlError when it is neither a JSON object nor a multipart form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return Body(await _form(request))
    # A browser lets any page send text/plain across origins, but not application/json.
    if kind != "application/json":
        raise ControlError("Send application/json or multipart/form-data.", 415)
    try:
        fields = json.loads(await request.body())
    except ValueError:
        raise ControlError("The body is no JSON.") from None
    if not isinstance(fields, dict):
        raise ControlError("The body must be a JSON object.")
    return Body(fields)


async def _form(request: Request) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    async with request.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                file_name = value.filename or name
                fields[name] = Upload(file_name, value.content_type or content_type(file_name), await value.read())
            else:
                fields[name] = value
    return fields


def content_type(file_name: str) -> str:
    """Return the content type that a phone would give a file by its name."""
    ending = file_name.rpartition(".")[2].lower()
    return _TYPES.get(ending, "application/octet-stream")


_OFFICE = "application/vnd.openxmlformats-officedocument"
_TYPES = {
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "csv": "text/csv",
    "txt": "text/plain",
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
}
