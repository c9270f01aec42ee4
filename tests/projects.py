"""Small ELAN projects and films for tests, good and bad, all made by code.

`eaf_text` writes EAF by hand, so that it can be wrong; `write_film` makes real H.264; `portrait_frames`
moves scikit-image's public-domain portrait a little, which MediaPipe finds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import numpy.typing as npt

Frames = npt.NDArray[np.uint8]
Cell = tuple[int | None, int | None, str]
"""Start, end (None: a slot without a time), value."""


@dataclass(frozen=True)
class TierText:
    """A tier as it stands in the file; `refs` are (parent annotation id, value) pairs instead of cells."""

    tier_id: str
    cells: Sequence[Cell] = ()
    participant: str = ""
    annotator: str = ""
    parent: str = ""
    refs: Sequence[tuple[str, str]] = field(default=())


def eaf_text(
    tiers: Iterable[TierText],
    media_url: str | None = "file:///film.mp4",
    mime: str = "video/mp4",
    time_origin: str | None = None,
    header: str = "",
) -> str:
    """The text of an EAF; annotation ids are a1, a2, ... in order."""
    slots, bodies, number = [], [], 0
    for tier in tiers:
        rows = []
        for start, end, value in tier.cells:
            number += 1
            names = []
            for time in (start, end):
                names.append(f"ts{len(slots) + 1}")
                given = "" if time is None else f' TIME_VALUE="{time}"'
                slots.append(f'<TIME_SLOT TIME_SLOT_ID="{names[-1]}"{given}/>')
            rows.append(
                f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a{number}" '
                f'TIME_SLOT_REF1="{names[0]}" TIME_SLOT_REF2="{names[1]}">'
                f"<ANNOTATION_VALUE>{escape(value)}</ANNOTATION_VALUE>"
                "</ALIGNABLE_ANNOTATION></ANNOTATION>"
            )
        for parent, value in tier.refs:
            number += 1
            rows.append(
                f'<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="a{number}" ANNOTATION_REF="{parent}">'
                f"<ANNOTATION_VALUE>{escape(value)}</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>"
            )
        attributes = {
            "TIER_ID": tier.tier_id,
            "PARTICIPANT": tier.participant,
            "ANNOTATOR": tier.annotator,
            "PARENT_REF": tier.parent,
        }
        given = " ".join(f"{key}={quoteattr(value)}" for key, value in attributes.items() if value)
        bodies.append(f'<TIER LINGUISTIC_TYPE_REF="lt" {given}>\n' + "\n".join(rows) + "\n</TIER>")
    origin = "" if time_origin is None else f' TIME_ORIGIN="{time_origin}"'
    media = (
        ""
        if media_url is None
        else f'<MEDIA_DESCRIPTOR MEDIA_URL={quoteattr(media_url)} MIME_TYPE="{mime}"{origin}/>'
    )
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            (
                '<ANNOTATION_DOCUMENT AUTHOR="" DATE="2020-01-01T00:00:00+00:00" FORMAT="3.0" '
                'VERSION="3.0" '
                'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
                'xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd">'
            ),
            f'<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">{media}{header}</HEADER>',
            "<TIME_ORDER>",
            *slots,
            "</TIME_ORDER>",
            *bodies,
            '<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="lt" TIME_ALIGNABLE="true"/>',
            "</ANNOTATION_DOCUMENT>",
        ]
    )


def write_eaf_text(path: Path, *tiers: TierText, **options: str | None) -> Path:
    """Write `eaf_text` to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(eaf_text(tiers, **options), encoding="utf-8")  # type: ignore[arg-type]
    return path


def good_tiers(suffix: str = "@A1", participant: str = "P1") -> tuple[TierText, ...]:
    """An ME from 200 to 500 ms and two states up to 1000 ms."""
    return (
        TierText(f"ME{suffix}", [(200, 500, "ME")], participant),
        TierText(f"State{suffix}", [(0, 600, "Speaking"), (600, 1000, "listening")], participant),
    )


@cache
def portrait() -> Frames:
    """The head of scikit-image's astronaut, (240, 240, 3) RGB."""
    from skimage.data import astronaut

    return np.ascontiguousarray(astronaut()[:240, 100:340])


def portrait_frames(count: int, step: float = 0.4) -> Frames:
    """The portrait swaying by a few pixels, (count, 240, 240, 3)."""
    import cv2

    frames = []
    for index in range(count):
        angle = index * 0.2
        move = np.array(
            [[1.0, 0.0, 4 * step * np.sin(angle)], [0.0, 1.0, 3 * step * np.cos(angle)]]
        )
        frames.append(cv2.warpAffine(portrait(), move, (240, 240), borderMode=cv2.BORDER_REPLICATE))
    return np.stack(frames).astype(np.uint8)


def plain_frames(count: int, height: int = 120, width: int = 160) -> Frames:
    """Grey frames without a face; frame k is a little brighter than frame k - 1."""
    base = np.full((height, width, 3), 60, dtype=np.uint8)
    return np.stack([base + (index % 100) for index in range(count)])


class ArrayPicture:
    """An array as a frame that `wdmd_tools.faces` takes; counts the pixels that were asked for."""

    def __init__(self, picture: Frames) -> None:
        self._picture = picture
        self.pixels = 0

    @property
    def size(self) -> tuple[int, int]:
        return self._picture.shape[1], self._picture.shape[0]

    def rgb(self, region: tuple[int, int, int, int] | None = None) -> Frames:
        x0, y0, x1, y1 = region or (0, 0, *self.size)
        self.pixels += (x1 - x0) * (y1 - y0)
        return self._picture[y0:y1, x0:x1]


def write_film(
    path: Path,
    frames: Frames,
    fps: Fraction | int = 30,
    times_ms: Sequence[int] | None = None,
) -> Path:
    """Write frames as H.264; with `times_ms` at a variable rate."""
    import av

    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(fps), options={"crf": "18"})
        stream.height, stream.width, stream.pix_fmt = *frames.shape[1:3], "yuv420p"
        if times_ms is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        for index, picture in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            if times_ms is not None:
                frame.pts, frame.time_base = times_ms[index], Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
