"""Errors say what to do, and end in their documented exit codes."""

import errno

import pytest

from wdmd_tools import errors


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.ConfigError, 2),
        (errors.UnknownNameError, 2),
        (errors.AnnotationError, 3),
        (errors.VideoError, 3),
        (errors.ManifestError, 3),
        (errors.PartialResultError, 4),
        (errors.MissingDependencyError, 5),
    ],
)
def test_exit_codes_are_the_documented_ones(kind: type[errors.WdmdError], code: int) -> None:
    assert kind.exit_code == code


def test_unknown_name_suggests_the_nearest() -> None:
    assert str(errors.UnknownNameError("model", "lbp-tip", ["lbp-top", "never"])).endswith(
        "did you mean 'lbp-top'?"
    )
    assert "known: never" in str(errors.UnknownNameError("model", "xyz", ["never"]))


def test_full_disk_has_a_cure() -> None:
    message = errors.describe_os_error(OSError(errno.ENOSPC, "No space left on device"), "data/x")
    assert message.startswith("data/x: no space left")
    assert "--out" in message
