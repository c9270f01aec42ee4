"""Micro-expressions in a raw video of any length, in memory that does not grow with it.

frames --> chunks --> shots --> people --> aligned crops --> model --> scores --> segments
          12 s        cuts      tracks

Only some numbers per face and frame are kept of the whole video. Where no face is found there is nothing
to spot. A new shot is a new face: motion over a cut is no motion of a face.
"""

import tempfile
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from meldae.decode import decode
from meldae.emotions import EmotionTrace
from meldae.inference import load_model, say
from meldae.model import Meldae
from meldae.run_folder import RunFolder
from meldae.spot.chunks import plan_chunks
from meldae.spot.faces import NO_FACE, FacePiece, FaceRecord, link, sigmoid, spotted_faces
from meldae.spot.found import SpottedSegment, Spotting
from meldae.spot.settled import Settled
from meldae.store import Progress, prepare
from meldae.timing import resample_index, spread_scores
from wdmd_tools.config import CropConfig, QualityConfig
from wdmd_tools.errors import ModelFileError, VideoError
from wdmd_tools.intervals import Interval
from wdmd_tools.settings_errors import settings_fault

if TYPE_CHECKING:
    from wdmd_tools.faces.clip_faces import ClipFaces, Person
    from wdmd_tools.video.decode import SourceFrame
    from wdmd_tools.video.probe import VideoInfo

Faces = Literal["all", "main"]
Crops = npt.NDArray[np.uint8]
Scorer = Callable[[Crops, float], npt.NDArray[np.float64]]
"""Crops (T, S, S, 3) RGB and their frame rate to ME logits (T,), or with an emotion head to these and
what it says, (T, 1 + 1 + K)."""

MIN_FACE_PX = 48
"""A face smaller than this, the longer side of its landmarks' box, shows no micro-expression."""

_MIN_PIECE_S = 0.4
_MIN_COVERAGE = 0.3


def spot(
    video: Path,
    run: RunFolder,
    *,
    faces: Faces = "all",
    min_face_px: float = MIN_FACE_PX,
    face_model: Path | None = None,
    progress: Progress | None = None,
    on_found: Callable[[SpottedSegment], None] | None = None,
    device: str = "cpu",
    scorer: Scorer | None = None,
) -> Spotting:
    """Find micro-expressions in a video.

    Args:
        video: Any video that FFmpeg reads.
        run: A finished run.
        faces: ``all``: of everybody; ``main``: of the face of each shot that is largest and longest seen.
        min_face_px: Smaller faces are left out.
        face_model: ``face_landmarker.task``; looked for, then fetched, when `None`.
        progress: Told about frames.
        on_found: Told about each found ME once, as soon as nothing can change it any more.
        device: Where to compute.
        scorer: Scores crops in place of the run's own weights, for example an exported model.

    Raises:
        VideoError: The video cannot be read, or shows no face.
        ModelFileError: The run cannot be used.
        MissingDependencyError: There is no face model.
    """
    from wdmd_tools.faces.model_file import get_face_model
    from wdmd_tools.video.decode import FrameCountError
    from wdmd_tools.video.probe import probe

    if not video.is_file():
        raise VideoError(f"{video}: no such file")
    scorer = scorer or scorer_of(run, load_model(run, device))
    # What was said live cannot be taken back, so then the frame times are made sure of first.
    info = probe(video, decode=on_found is not None)
    landmarker = get_face_model(face_model)

    def scan(info: "VideoInfo") -> _Scan:
        one = _Scan(info, run, scorer, landmarker, faces, min_face_px, progress, on_found)
        one.read()
        return one

    try:
        done = scan(info)
    except FrameCountError:
        info = probe(video, decode=True)
        done = scan(info)
    return done.result(video)


def scorer_of(run: RunFolder, model: Meldae) -> Scorer:
    """The scorer of a run's own weights.

    Args:
        run: For its windows.
        model: Its weights, in evaluation mode.
    """
    source, training = run.config.model.input, run.config.training

    def score(crops: Crops, fps: float) -> npt.NDArray[np.float64]:
        index = resample_index(len(crops), fps, source.fps)
        ready = prepare(crops[index], source)
        (said,) = say(model, [ready], training.window, training.overlap)
        if said.emotions is None:
            return spread_scores(said.frames, index, len(crops)).astype(np.float64)
        columns = [said.frames, *said.emotions.T]
        spread = [spread_scores(one, index, len(crops)) for one in columns]
        return np.stack(spread, axis=1).astype(np.float64)

    return score


@dataclass
class _Chunk:
    start: int
    stop: int
    faces: "ClipFaces"
    index: list[int] = field(default_factory=list)


class _Scan:
    """One reading of a film."""

    def __init__(
        self,
        info: "VideoInfo",
        run: RunFolder,
        scorer: Scorer,
        landmarker: Path,
        faces: Faces,
        min_face_px: float,
        progress: Progress | None,
        on_found: Callable[[SpottedSegment], None] | None,
    ) -> None:
        self.table: Any = info.table
        self.path = info.path
        self.fps = float(info.table.fps)
        self.run, self.scorer, self.landmarker = run, scorer, landmarker
        self.crop = _crop_like_training(run)
        self.faces, self.min_face_px, self.progress = faces, min_face_px, progress
        self.on_found, self.settled = on_found, Settled(run.decoding, self.fps)
        self.records: list[FaceRecord] = []
        self.cuts: list[int] = []
        self._last: npt.NDArray[np.int16] | None = None

    def read(self) -> None:
        """Read the film once; two chunks are open at a time, and one is scored meanwhile."""
        from wdmd_tools.faces.clip_faces import ClipFaces
        from wdmd_tools.faces.tracker import FaceTracker
        from wdmd_tools.video.decode import iter_frames

        count = len(self.table)
        waiting = plan_chunks(count, self.fps)
        live: list[_Chunk] = []
        shot = 0
        # Warps and scores leave the interpreter alone, so a second core can do them.
        with (
            tempfile.TemporaryDirectory() as folder,
            ThreadPoolExecutor(1) as other,
            FaceTracker(self.landmarker) as tracker,
        ):
            scored: deque[tuple[Future[list[FacePiece]], int]] = deque()
            try:
                for frame in iter_frames(self.path, self.table):
                    cut = self._is_cut(frame)
                    shot = frame.index if cut else shot
                    time_ms = self.table.floor_ms[frame.index]
                    # Where chunks overlap, faces are looked for once.
                    found = {}
                    if (frame.index - shot) % self.crop.landmark_stride == 0:
                        found = tracker.find(frame, time_ms, cut=cut)
                    while waiting and waiting[0][0] <= frame.index:
                        faces = ClipFaces(self.landmarker, self.crop, Path(folder))
                        live.append(_Chunk(*waiting.pop(0), faces))
                    for chunk in live:
                        chunk.faces.add(frame, time_ms, cut=cut, faces=found)
                        chunk.index.append(frame.index)
                    for chunk in [one for one in live if one.stop <= frame.index + 1]:
                        live.remove(chunk)
                        self._take(scored, wait=True)
                        until = live[0].start if live else frame.index + 1
                        scored.append((other.submit(self._pieces, chunk), until))
                    self._take(scored)
                    if self.progress is not None:
                        self.progress("spotting", frame.index + 1, count)
                while live:
                    self._take(scored, wait=True)
                    chunk = live.pop(0)
                    until = live[0].start if live else count
                    scored.append((other.submit(self._pieces, chunk), until))
                self._take(scored, wait=True)
            finally:
                for chunk in live:
                    chunk.faces.__exit__()
        self._tell(None)

    def _is_cut(self, frame: "SourceFrame") -> bool:
        thumbnail = frame.thumbnail().astype(np.int16)
        last, self._last = self._last, thumbnail
        if last is None or np.abs(thumbnail - last).mean() <= QualityConfig().cut_threshold:
            return False
        self.cuts.append(frame.index)
        return True

    def _take(
        self, scored: "deque[tuple[Future[list[FacePiece]], int]]", wait: bool = False
    ) -> None:
        """Add what the other thread has scored; all of it when told to wait."""
        while scored and (wait or scored[0][0].done()):
            pieces, until = scored.popleft()
            link(self.records, pieces.result())
            self._tell(until)

    def _pieces(self, chunk: _Chunk) -> list[FacePiece]:
        """The faces of a chunk whose frames have all been read."""
        pieces = []
        with chunk.faces as faces:
            people = faces.people()
            if self.faces == "main":
                people = _largest(faces, people)
            for person in people:
                piece = self._piece(faces, person, chunk.index)
                if piece is not None:
                    pieces.append(piece)
        return pieces

    def _piece(self, faces: "ClipFaces", person: "Person", index: list[int]) -> FacePiece | None:
        here = slice(person.first, person.stop)
        length = person.stop - person.first
        if person.frames < max(2, _MIN_PIECE_S * self.fps, _MIN_COVERAGE * length):
            return None
        track = faces.take(person)
        found, boxes = track.found[here], track.bbox[here]
        sides = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
        if float(np.nanmedian(sides)) < self.min_face_px:
            return None
        crops = np.stack(list(faces.crops(faces.align(track, self.fps)))[here])
        said = self.scorer(crops, self.fps).reshape(length, -1)
        logits = np.where(found, said[:, 0], NO_FACE)
        # Frames that do not decode have no score; between the others they are no frames of the chunk.
        frames = np.array(index[here])
        start = int(frames[0])
        whole = np.full((int(frames[-1]) + 1 - start, 5), np.nan)
        whole[:, 4] = NO_FACE
        whole[frames - start] = np.column_stack([boxes, logits])
        named = None
        if said.shape[1] > 1:
            named = np.zeros((len(whole), said.shape[1] - 1))
            named[frames - start] = said[:, 1:]
        return FacePiece(start, whole[:, :4], whole[:, 4], named)

    def _tell(self, until: int | None) -> None:
        """Say what is found in frames before `until`, which nothing will change."""
        if self.on_found is None:
            return
        for number, record in enumerate(self.records, start=1):
            for first, stop, score in self.settled.new(number, record, until):
                self.on_found(self._segment(record, first, stop, score, number))

    def _segment(
        self, record: FaceRecord, first: int, stop: int, score: float, number: int
    ) -> SpottedSegment:
        starts: Sequence[int] = self.table.floor_ms
        begin_ms = starts[first]
        end_ms = starts[stop] if stop < len(starts) else self.table.end_ms
        interval = Interval(begin_ms, max(end_ms, begin_ms + 1))
        found = SpottedSegment(
            interval, Interval(first, stop), score, number, record.box(first, stop)
        )
        said = record.emotions(first, stop)
        if said is None:
            return found
        weights = sigmoid(record.logits[first - record.start : stop - record.start])
        trace = EmotionTrace(self.run.config.model.emotions, said.astype(np.float32))
        chances = trace.probabilities(Interval(0, stop - first), weights)
        emotion = max(trace.classes, key=lambda name: chances[name])
        return replace(found, emotion=emotion, emotion_probability=chances[emotion])

    def result(self, video: Path) -> Spotting:
        """Everything that was found."""
        records = self.records
        if not records:
            raise VideoError(
                f"{video}: no face of {self.min_face_px:g} px or more in any stretch of "
                f"{_MIN_PIECE_S} s; a frontal face is needed to spot anything"
            )
        faces = spotted_faces(records)
        scores = np.zeros(len(self.table), dtype=np.float32)
        seen = np.zeros(len(self.table), dtype=np.bool_)
        segments = []
        for face, record in zip(faces, records, strict=True):
            here = slice(face.frames.start_ms, face.frames.end_ms)
            scores[here] = np.maximum(scores[here], face.scores)
            seen[here] |= face.seen
            for one in decode(face.scores, self.fps, self.run.decoding):
                first = record.start + one.interval.start_ms
                stop = record.start + one.interval.end_ms
                segments.append(self._segment(record, first, stop, one.score, face.number))
        segments.sort(key=lambda one: (one.frames.start_ms, one.face))
        return Spotting(
            video,
            self.fps,
            scores,
            tuple(segments),
            float(seen.mean()),
            tuple(self.table.floor_ms),
            faces,
            tuple(self.cuts),
            self.run.config.model.emotions,
        )


def _largest(faces: "ClipFaces", people: "Sequence[Person]") -> "list[Person]":
    """Of each shot the person with the largest face times frames."""
    best: dict[int, tuple[float, Person]] = {}
    for person in people:
        boxes = faces.take(person).bbox
        size = float(np.nanmedian((boxes[:, 2:] - boxes[:, :2]).max(axis=1)))
        weight = size * person.frames
        if person.shot not in best or weight > best[person.shot][0]:
            best[person.shot] = (weight, person)
    return [person for _, person in best.values()]


def _crop_like_training(run: RunFolder) -> CropConfig:
    """The crop settings of the data that the run learnt from; defaults where they are not recorded."""
    values = run.read("config.json").get("dataset", {}).get("crop", {})
    try:
        return CropConfig.model_validate(values)
    except ValidationError as error:
        raise ModelFileError(
            f"{run.path / 'config.json'}: dataset.crop: {settings_fault(error, CropConfig)}; train again"
        ) from None
