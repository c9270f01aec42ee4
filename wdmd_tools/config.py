"""Everything a user may set about `wdmd build`, with the reason of each default.

A YAML file (``--config``), single keys (``--set crop.size=112``), or options of the command; in this
order, later ones win. The whole config is stored in ``dataset.json``.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from wdmd_tools.consensus import Rule
from wdmd_tools.errors import ConfigError, describe_os_error
from wdmd_tools.settings_errors import settings_fault
from wdmd_tools.video.limits import LimitsConfig


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ClipConfig(_Frozen):
    """How recordings become clips (`wdmd_tools.clips`).

    Args:
        whole_up_to_s: A recording of at most this length without a Clip tier is one clip.
        window_s: Length of the windows that a longer one is cut into.
        min_window_s: A shorter rest joins the window before it.
        pure_share: From this share of frames on a clip's state is that state, not ``mixed``.
        annotated_only: Whether only what lies near an annotation of any tier is built and decoded. Null:
            in recordings longer than `long_film_s`; what is left out is told (W_UNANNOTATED). A
            recording with a Clip tier, or without any annotation, is not concerned.
        annotated_margin_s: How near is near, seconds: two windows of 4 s on each side, so that the
            clips without a micro-expression outnumber those with one, as they do in films.
        long_film_s: See `annotated_only`.
    """

    whole_up_to_s: float = Field(default=20.0, ge=0)
    window_s: float = Field(default=4.0, gt=0)
    min_window_s: float = Field(default=1.0, ge=0)
    pure_share: float = Field(default=0.9, gt=0.5, le=1)
    annotated_only: bool | None = None
    annotated_margin_s: float = Field(default=8.0, ge=0)
    long_film_s: float = Field(default=600.0, ge=0)


class ConsensusConfig(_Frozen):
    """How annotators become one (`wdmd_tools.consensus`).

    Args:
        rule: ``majority`` of the annotators of each frame, ``union`` (any of them; many false alarms, no
            misses), ``intersection`` (all of them), or ``annotator`` (one of them, for example a
            reviewer).
        annotator: Who, under the rule ``annotator``.
        min_me_ms: A segment of several annotators shorter than this is an accident of boundaries; no
            reported micro-expression lasts less than 1/25 s.
    """

    rule: Rule = "majority"
    annotator: str = ""
    min_me_ms: int = Field(default=40, ge=0)

    @model_validator(mode="after")
    def _one_is_named(self) -> Self:
        if self.rule == "annotator" and not self.annotator:
            raise ValueError("rule annotator needs consensus.annotator, for example A1")
        if self.annotator and self.rule != "annotator":
            raise ValueError(
                f"annotator {self.annotator!r} only counts with consensus.rule=annotator"
            )
        return self


class CropConfig(_Frozen):
    """Alignment and size of the face crops (`wdmd_tools.faces`).

    Args:
        size: Height and width, px. 224 is the input of the usual vision transformers.
        align: ``smooth``: similarity per frame, smoothed with zero phase; ``clip``: one similarity for
            the whole clip; ``frame``: raw, which adds motion as large as a micro-expression.
        smooth_s: Standard deviation of the smoothing, seconds. Motion of the nose bridge left in 224 px
            crops over 0.1 s, registered independently of the landmarks, root mean square over four demo
            films: 0.43 px at 0.05 s, 0.53 at 0.1, 0.65 at 0.2, 0.72 at 0.4, 0.82 with ``clip``, 0.44
            with ``frame``. From frame to frame 0.05 s is the best of all as well.
            More keeps more of an expression while the head moves (docs/alignment.md).
        landmark_stride: Landmarks on every n-th frame, interpolated between.
        codec: How crops are stored (docs/storage.md). ``ffv1``: lossless, smallest, a documented standard;
            ``utvideo``: lossless, quickest to write and read; ``h264``: a tenth of the size, with a loss
            that changes measured movement by 0.02 to 0.05 px.
    """

    size: int = Field(default=224, ge=32, le=1024, multiple_of=2)
    align: Literal["smooth", "clip", "frame"] = "smooth"
    smooth_s: float = Field(default=0.05, gt=0)
    landmark_stride: int = Field(default=1, ge=1, le=10)
    codec: Literal["ffv1", "utvideo", "h264"] = "ffv1"


class QualityConfig(_Frozen):
    """Thresholds of flags (W_) and rejections (E_). The paper's own material is 1080p at 60 fps.

    Args:
        min_fps: Below it W_LOW_FPS.
        min_height: Below this height of the source W_LOW_RES.
        max_yaw_deg: Above it W_YAW; beyond 45 degrees half of the face is hidden.
        min_coverage: Below this share of frames with a face W_FACE_COVERAGE.
        reject_coverage: Below it the clip is rejected, E_NO_FACE.
        reject_yaw_deg: A clip whose median absolute yaw is above it is rejected, E_YAW; null keeps all.
        reject_profile_share: Share of the frames with a face in which it may be turned by more than
            `max_yaw_deg`; above it E_PROFILE. Null keeps all; so do the next two.
        reject_out_of_frame_share: The same for faces of which at least a tenth of the landmarks lies
            outside of the picture, E_OUT_OF_FRAME.
        reject_occluded_share: The same for faces that something seems to cover, E_OCCLUDED.
        cut_threshold: Change of mean brightness between frames, 0 to 255, that makes a shot cut.
    """

    min_fps: float = Field(default=60.0, ge=0)
    min_height: int = Field(default=1080, ge=0)
    max_yaw_deg: float = Field(default=45.0, gt=0)
    min_coverage: float = Field(default=0.95, ge=0, le=1)
    reject_coverage: float = Field(default=0.5, ge=0, le=1)
    reject_yaw_deg: float | None = Field(default=None, gt=0)
    reject_profile_share: float | None = Field(default=None, ge=0, le=1)
    reject_out_of_frame_share: float | None = Field(default=None, ge=0, le=1)
    reject_occluded_share: float | None = Field(default=None, ge=0, le=1)
    cut_threshold: float = Field(default=30.0, gt=0)


class BuildConfig(_Frozen):
    """All settings of a build.

    Args:
        clips: See `ClipConfig`.
        consensus: See `ConsensusConfig`.
        crop: See `CropConfig`.
        quality: See `QualityConfig`.
        limits: What a film may cost a worker process; see `wdmd_tools.video.limits`.
        split_seed: Seed of the split by subject.
    """

    clips: ClipConfig = ClipConfig()
    consensus: ConsensusConfig = ConsensusConfig()
    crop: CropConfig = CropConfig()
    quality: QualityConfig = QualityConfig()
    limits: LimitsConfig = LimitsConfig()
    split_seed: int = Field(default=0, ge=0)


def load_config(
    path: Path | None = None,
    assignments: Iterable[str] = (),
    overrides: Mapping[str, Any] | None = None,
) -> BuildConfig:
    """Settings from a file, from ``key=value`` texts and from options.

    Args:
        path: A YAML file with any of the keys; none when `None`.
        assignments: Texts such as ``"crop.size=112"``.
        overrides: Dotted keys to values; `None` values are ignored.

    Raises:
        ConfigError: The file cannot be read, or a key or value is wrong.
    """
    values: dict[str, Any] = {}
    source = "settings"
    if path is not None:
        source = str(path)
        values = _read_yaml(path)
    for text in assignments:
        key, separator, value = text.partition("=")
        if not separator or not key.strip():
            raise ConfigError(f"--set {text}: expected key=value, for example crop.size=112")
        _put(values, key.strip(), yaml.safe_load(value))
    for key, value in (overrides or {}).items():
        if value is not None:
            _put(values, key, value)
    try:
        return BuildConfig.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"{source}: {settings_fault(error, BuildConfig)}") from None


def consensus_settings(text: str | None) -> dict[str, str | None]:
    """The option ``--consensus``: the name of a rule, else of an annotator.

    Args:
        text: As typed; `None` changes nothing.

    Returns:
        Overrides for `load_config`.

    Example:
        >>> consensus_settings("A1")
        {'consensus.rule': 'annotator', 'consensus.annotator': 'A1'}
    """
    if text is None or text in ("majority", "union", "intersection"):
        return {"consensus.rule": text}
    return {"consensus.rule": "annotator", "consensus.annotator": text}


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise ConfigError(describe_os_error(error, path)) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(found, dict):
        raise ConfigError(f"{path}: expected keys and values, such as `crop:`")
    return found


def _put(values: dict[str, Any], key: str, value: Any) -> None:
    *parents, last = key.split(".")
    for parent in parents:
        child = values.get(parent)
        if not isinstance(child, dict):
            child = values[parent] = {}
        values = child
    values[last] = value
