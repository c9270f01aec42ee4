"""Which frames of a film are looked at together.

chunk 1  |======================|
chunk 2                    |======================|      each chunk: landmarks, alignment, scores
                           <-->                           overlap: blended, the middle weighs most
"""

CHUNK_S = 12.0
OVERLAP_S = 2.0


def plan_chunks(n_frames: int, fps: float) -> list[tuple[int, int]]:
    """Half-open chunks that overlap and together cover a video.

    Example:
        >>> plan_chunks(500, 25.0)
        [(0, 300), (250, 500)]
    """
    length, step = max(2, round(CHUNK_S * fps)), max(1, round((CHUNK_S - OVERLAP_S) * fps))
    starts = [0]
    while starts[-1] + length < n_frames:
        starts.append(starts[-1] + step)
    return [(start, min(start + length, n_frames)) for start in starts]
