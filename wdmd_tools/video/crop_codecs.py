"""How crop videos are encoded: measured in docs/storage.md (perf/storage.py)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

_COLOUR = {
    # Rounded, full range: frames come back within a level or two of what the encoder saw.
    "vf": "scale=flags=accurate_rnd+full_chroma_int+bitexact:out_range=pc:out_color_matrix=bt709",
    "color_range": "pc",
    "colorspace": "bt709",
}


@dataclass(frozen=True)
class CropCodec:
    """One way to store crops.

    Args:
        name: What users call it.
        lossless: Whether frames are read back bit by bit.
        gop: Frames from key frame to key frame; 1 when each frame stands alone. A window's decoder starts
            up to ``gop - 1`` frames early.
        options: Output options of ffmpeg.
    """

    name: str
    lossless: bool
    gop: int
    options: MappingProxyType[str, Any] = field(repr=False)


def ffv1(name: str = "ffv1", **changes: Any) -> CropCodec:
    """FFV1 version 3, each frame alone, with a check sum per slice."""
    options: dict[str, Any] = {
        "vcodec": "ffv1",
        "pix_fmt": "bgr0",
        "level": 3,
        "slices": 4,
        "slicecrc": 1,
        "g": 1,
    }
    options |= changes
    return CropCodec(name, True, int(options["g"]), MappingProxyType(options))


def utvideo(name: str = "utvideo") -> CropCodec:
    """UT Video in RGB, each frame alone: larger than FFV1, and many times quicker to read."""
    options = {"vcodec": "utvideo", "pix_fmt": "gbrp", "g": 1}
    return CropCodec(name, True, 1, MappingProxyType(options))


def h264(name: str, crf: int, gop: int, *, rgb: bool = False, **changes: Any) -> CropCodec:
    """H.264 by libx264 with closed groups of a fixed length.

    Args:
        name: What users call it.
        crf: Constant rate factor; 0 with `rgb` is lossless.
        gop: Frames from key frame to key frame.
        rgb: Code RGB itself instead of full-range BT.709 at full chroma resolution.
        changes: Other options of ffmpeg.
    """
    options: dict[str, Any] = {
        "vcodec": "libx264rgb" if rgb else "libx264",
        "pix_fmt": "rgb24" if rgb else "yuv444p",
        "crf": crf,
        "g": gop,
        "keyint_min": gop,
        "sc_threshold": 0,
        "preset": "fast",
        **({} if rgb else _COLOUR),
    }
    return CropCodec(name, rgb and crf == 0, gop, MappingProxyType(options | changes))


CROP_CODECS: MappingProxyType[str, CropCodec] = MappingProxyType(
    {
        codec.name: codec
        for codec in (
            ffv1(),
            utvideo(),
            h264("h264", crf=12, gop=16),
        )
    }
)
"""What ``crop.codec`` may be."""


def crop_quality(info: Mapping[str, Any]) -> str:
    """A word about the crops of a dataset for its README.

    Args:
        info: The content of ``dataset.json``; without a codec, as other importers write it, it is the
            default one.

    Example:
        >>> crop_quality({"config": {"crop": {"codec": "ffv1"}}})
        'lossless'
    """
    name = info.get("config", {}).get("crop", {}).get("codec", "ffv1")
    codec = CROP_CODECS.get(name)
    if codec is None or codec.lossless:
        return "lossless"
    return f"not lossless ({name}, crf {codec.options['crf']})"
