"""Fetching the picture that a bot names by its address, as Zalo's servers do."""

from urllib.parse import urlsplit

from simulator.errors import ApiError
from simulator.files import PHOTO_BYTES, StoredFile, picture_size
from simulator.model import Json
from simulator.state import Simulator

_HERE = ("127.0.0.1", "localhost")
_WAIT_S = 10.0


async def picture(simulator: Simulator, address: str) -> Json:
    """Return what a message holds of a picture: itself from this machine, only its address from elsewhere.

    Raises ApiError 400 for an address that is none of the web's, and for one behind which there is no picture.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ApiError(400, "Bad request: photo must be a public URL")
    if parts.hostname not in _HERE:
        return {"photo_url": address}
    data = await _read(address)
    size = picture_size(data)
    if size is None:
        raise ApiError(400, "Bad request: photo could not be downloaded")
    file: StoredFile = simulator.files.add("photos", "photo", _kind(data), data)
    return {"photo": file.as_photo(size)}


async def _read(address: str) -> bytes:
    """Return what is at an address of this machine, b"" when there is nothing or too much."""
    import aiohttp  # noqa: PLC0415 - costs 0.1 s, and most runs send no picture by its address

    try:
        wait = aiohttp.ClientTimeout(total=_WAIT_S)
        async with aiohttp.ClientSession(timeout=wait) as http, http.get(address) as got:
            data = await got.read() if got.ok else b""
    except (aiohttp.ClientError, TimeoutError, OSError):
        return b""
    return data if len(data) <= PHOTO_BYTES else b""


def _kind(data: bytes) -> str:
    if data[:1] == b"\x89":
        return "image/png"
    return "image/gif" if data[:3] == b"GIF" else "image/jpeg"
