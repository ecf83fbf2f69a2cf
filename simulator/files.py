"""The files that went through the make-believe Telegram, kept in memory up to a limit."""

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

KEPT_BYTES = 256 * 2**20
PHOTO_BYTES = 10 * 2**20
UPLOAD_BYTES = 50 * 2**20
DOWNLOAD_BYTES = 20 * 2**20


@dataclass(frozen=True)
class StoredFile:
    """One file; `path` is what getFile gives, `size` is kept when the bytes had to go."""

    file_id: str
    unique_id: str
    path: str
    name: str
    content_type: str
    data: bytes

    def as_document(self) -> dict[str, Any]:
        """Return a Document object."""
        return {"file_name": self.name, "mime_type": self.content_type, **self.as_file()}

    def as_photo(self, size: tuple[int, int]) -> list[dict[str, Any]]:
        """Return the sizes of a photo, of which this server keeps one."""
        return [{"width": size[0], "height": size[1], **self.as_file()}]

    def as_file(self) -> dict[str, Any]:
        """Return what every object about a file begins with."""
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": len(self.data)}


@dataclass
class FileStore:
    """Files by id and by path; the oldest go when all together grow past KEPT_BYTES."""

    _files: dict[str, StoredFile] = field(default_factory=dict)
    _paths: dict[str, str] = field(default_factory=dict)
    _bytes: int = 0
    _count: int = 0

    def add(self, folder: str, name: str, content_type: str, data: bytes) -> StoredFile:
        """Keep a file and give it an id and a path like documents/file_7.xlsx."""
        self._count += 1
        digest = hashlib.sha256(data).hexdigest()
        suffix = name.rpartition(".")[2] if "." in name else ""
        ending = f".{suffix}" if suffix.isascii() and suffix.isalnum() else ""
        path = f"{folder}/file_{self._count}{ending}"
        file = StoredFile(f"SIM{self._count:08d}{digest[:24]}", digest[:16], path, name, content_type, data)
        self._files[file.file_id] = file
        self._paths[path] = file.file_id
        self._bytes += len(data)
        self._drop_old()
        return file

    def get(self, file_id: str) -> StoredFile | None:
        """Return the file with this id."""
        return self._files.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        """Return the file with this path."""
        return self._files.get(self._paths.get(path, ""))

    def _drop_old(self) -> None:
        while self._bytes > KEPT_BYTES and len(self._files) > 1:
            oldest = self._files.pop(next(iter(self._files)))
            del self._paths[oldest.path]
            self._bytes -= len(oldest.data)


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Return (width, height) of a PNG, JPEG or GIF, None when it is no picture that Telegram takes as a photo."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        return struct.unpack(">II", data[16:24])
    if data[:6] in (b"GIF87a", b"GIF89a") and len(data) >= 10:
        return struct.unpack("<HH", data[6:10])
    return _jpeg_size(data) if data[:2] == b"\xff\xd8" else None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    for marker, at in _jpeg_segments(data):
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC) and len(data) >= at + 9:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
    return None


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int]]:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        yield data[at + 1], at
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
