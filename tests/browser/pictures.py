"""Screenshots made small enough to be kept with the project: the same picture, in a palette of 256 colours.

In: a PNG as Chromium writes it (8 bits, RGB or RGBA). Out: a PNG of a third of its size. Source: the PNG
specification, https://www.w3.org/TR/png/.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from playwright.sync_api import Page

COLOURS = 256


def take(page: Page, path: Path) -> None:
    """Write what the page shows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(small(page.screenshot(animations="disabled", caret="hide")))


def small(png: bytes) -> bytes:
    """The picture with its most frequent colours exact, and each of the others as the nearest of them."""
    pixels = _pixels(png)
    height, width, _ = pixels.shape
    found, place, count = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True)
    palette = found[np.argsort(-count)[:COLOURS]]
    distance = ((found[:, None, :].astype(int) - palette[None, :, :]) ** 2).sum(axis=2)
    shown = distance.argmin(axis=1).astype(np.uint8)[place.reshape(-1)].reshape(height, width)
    lines = b"".join(b"\0" + line.tobytes() for line in shown)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = [
        (b"IHDR", head),
        (b"PLTE", palette.tobytes()),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    ]
    return png[:8] + b"".join(_part(kind, data) for kind, data in parts)


def _part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _parts(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        yield png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        place += 12 + length


def _pixels(png: bytes) -> np.ndarray:
    """Rows of red, green and blue."""
    parts = list(_parts(png))
    width, height, _, kind = struct.unpack(">IIBB", parts[0][1][:10])
    step = {2: 3, 6: 4}[kind]
    data = zlib.decompress(b"".join(found for name, found in parts if name == b"IDAT"))
    lines = np.frombuffer(data, np.uint8).reshape(height, 1 + width * step)
    above, rows = bytearray(width * step), []
    for line in lines:
        above = _unfiltered(int(line[0]), bytearray(line[1:].tobytes()), above, step)
        rows.append(above)
    return np.frombuffer(b"".join(rows), np.uint8).reshape(height, width, step)[:, :, :3]


def _unfiltered(kind: int, line: bytearray, above: bytearray, step: int) -> bytearray:
    for x in range(len(line)):
        left, corner = (line[x - step], above[x - step]) if x >= step else (0, 0)
        guess = (0, left, above[x], (left + above[x]) // 2, _nearest(left, above[x], corner))[kind]
        line[x] = (line[x] + guess) & 255
    return line


def _nearest(left: int, up: int, corner: int) -> int:
    """Paeth's guess."""
    middle = left + up - corner
    return min((left, up, corner), key=lambda one: abs(middle - one))
