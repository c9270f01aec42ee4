"""Give an encoded film the presentation times of another.

ffmpeg's raw input knows a constant rate only. A film of variable rate is encoded at any rate, without
B-frames, and its packets, which then stand in order of presentation, get the true times here.
"""

from pathlib import Path

import av

from wdmd_tools.errors import VideoError
from wdmd_tools.timebase import FrameTable
from wdmd_tools.video.open import open_video


def retime(encoded: Path, table: FrameTable, out: Path) -> None:
    """Copy a film's packets into an MP4 with other times; pictures stay as they are.

    Args:
        encoded: A film without B-frames, one packet per frame of `table`.
        table: The times; the first frame is put at 0.
        out: File to write, replaced if there.

    Raises:
        VideoError: `encoded` has another number of frames.
    """
    base = table.time_base
    count = 0
    # Written by ourselves, from a path of ours: no playlist can hide here.
    with (
        open_video(encoded) as (source, stream),
        av.open(
            f"file:{out.absolute()}",
            mode="w",
            format="mp4",
            options={"video_track_timescale": str(base.denominator), "fflags": "+bitexact"},
        ) as target,
    ):
        copy = target.add_stream_from_template(stream)
        copy.time_base = base
        for packet in source.demux(stream):
            if packet.size == 0:
                continue
            if count >= len(table):
                raise VideoError(f"{encoded}: more than the {len(table)} frames expected")
            pts = table.pts[count] - table.pts[0]
            following = table.pts[count + 1] if count + 1 < len(table) else None
            packet.stream = copy
            packet.time_base = base
            packet.pts = packet.dts = pts
            packet.duration = (
                following - table.pts[count]
                if following is not None
                else max(1, round(1 / (table.fps * base)))
            )
            target.mux(packet)
            count += 1
    if count != len(table):
        raise VideoError(f"{encoded}: {count} frames were encoded, {len(table)} expected")
