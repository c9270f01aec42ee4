"""The ffmpeg binary that encodes; none is expected on PATH."""

from wdmd_tools.errors import MissingDependencyError


def ffmpeg_binary() -> str:
    """Path of the ffmpeg binary that imageio-ffmpeg carries.

    Raises:
        MissingDependencyError: There is none for this machine.
    """
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        raise MissingDependencyError(
            "no ffmpeg binary; run: pip install --force-reinstall imageio-ffmpeg"
        ) from None
