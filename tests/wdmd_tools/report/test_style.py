"""Contrast of the colour tokens, by the formula of WCAG 2.2, in light and dark."""

import re

import pytest

from wdmd_tools.report import stylesheet

TEXT = ("text", "soft", "accent", "good")
ON = ("page", "card", "head")
SHAPES = ("consensus", "me", "speaking", "listening", "silent", "other", "missing", "fill")
CURVES = ("yaw", "pitch", "before", "after")


def schemes():
    css = stylesheet()
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    return [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in blocks]


def luminance(colour):
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_and_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_can_be_read(scheme):
    tokens = schemes()[scheme]
    pairs = [(a, b) for a in TEXT for b in ON] + [("warn", "warn-back"), ("bad", "bad-back")]
    low = {pair: contrast(tokens[pair[0]], tokens[pair[1]]) for pair in pairs}
    assert {pair: value for pair, value in low.items() if value < 4.5} == {}


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_marks_can_be_seen(scheme):
    tokens = schemes()[scheme]
    low = {name: contrast(tokens[name], tokens["track"]) for name in (*SHAPES, *CURVES)}
    assert {name: round(value, 2) for name, value in low.items() if value < 3} == {}


def test_both_schemes_have_the_same_tokens():
    light, dark = schemes()
    assert set(light) == set(dark)


def test_it_asks_nothing_of_other_hosts():
    assert not re.search(r"url\(|@import|//[a-z]", stylesheet())
