"""Files changed at random, part by part: a document or an AnnotationError, and never anything else."""

import random
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from projects import TierText, eaf_text, write_eaf_text
from pympi.Elan import Eaf

from wdmd_tools.elan import read_eaf
from wdmd_tools.errors import AnnotationError

_TEXT = eaf_text(
    [
        TierText("ME@A1", [(0, 100, "x"), (200, 300, "y")], "P1", "A"),
        TierText("AU@A1", refs=[("a1", "4"), ("a2", "12")], parent="ME@A1"),
        TierText("Note", refs=[("a3", "n"), ("a4", "m")], parent="AU@A1"),
    ],
    time_origin="12",
)
_VALUES = [
    "",
    " ",
    "a1",
    "a3",
    "ts1",
    "ts4",
    "-1",
    "1e9",
    "9" * 30,
    "²",
    "ä",
    "\t",
    "3.1",
    "x" * 999,
]


def mutate(chance: random.Random) -> bytes:
    """Drop, double, move and rename elements and attributes, as broken tools do."""
    root = ET.fromstring(_TEXT)  # noqa: S314
    for _ in range(chance.randint(1, 5)):
        parents = [element for element in root.iter() if len(element)]
        if not parents:
            break
        parent = chance.choice(parents)
        child = chance.choice(list(parent))
        action = chance.randrange(6)
        if action == 0:
            parent.remove(child)
        elif action == 1:
            parent.append(child)
        elif action == 2 and child.attrib:
            del child.attrib[chance.choice(list(child.attrib))]
        elif action == 3 and child.attrib:
            child.attrib[chance.choice(list(child.attrib))] = chance.choice(_VALUES)
        elif action == 4:
            child.tag = chance.choice(["TIER", "ANNOTATION", "HEADER", "TIME_SLOT", "x"])
        else:
            child.text = chance.choice(_VALUES)
    data: bytes = ET.tostring(root, encoding="utf-8")
    return data


@pytest.mark.parametrize("seed", range(10))
def test_structured_damage(tmp_path: Path, seed: int) -> None:
    chance, path, read = random.Random(seed), tmp_path / "x.eaf", 0
    for _ in range(60):
        path.write_bytes(mutate(chance))
        try:
            document = read_eaf(path)
        except AnnotationError:
            continue
        read += 1
        for tier in document.tiers:
            assert all(a.interval.start_ms < a.interval.end_ms for a in tier.annotations)
    assert read > 10


@pytest.mark.parametrize("shape", ["chain", "deep", "circle"])
def test_many_references_take_time_in_proportion(tmp_path: Path, shape: str) -> None:
    """20,000 references, one after the other or one under the other; quadratic work takes minutes."""
    count = 20_000
    first = 'ANNOTATION_ID="a0" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2"'
    value = "<ANNOTATION_VALUE/>"
    rows = [
        f"<ANNOTATION><ALIGNABLE_ANNOTATION {first}>{value}</ALIGNABLE_ANNOTATION></ANNOTATION>"
    ]
    for number in range(count, 0, -1):
        if shape == "chain":
            links = f'ANNOTATION_REF="a0" PREVIOUS_ANNOTATION="a{number - 1}"'
        else:
            parent = count if shape == "circle" and number == 1 else number - 1
            links = f'ANNOTATION_REF="a{parent}"'
        rows.append(
            f'<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="a{number}" {links}>'
            "<ANNOTATION_VALUE/></REF_ANNOTATION></ANNOTATION>"
        )
    text = eaf_text([TierText("T", [(0, 10**6, "x")])])
    start, end = text.index("<ANNOTATION>"), text.rindex("</ANNOTATION>") + len("</ANNOTATION>")
    path = tmp_path / "x.eaf"
    path.write_text(text[:start] + "\n".join(rows) + text[end:])
    started = time.perf_counter()
    document = read_eaf(path)
    assert time.perf_counter() - started < 10
    if shape == "circle":
        assert len(document.problems) == count
    else:
        assert document.problems == ()
        assert len(document.tiers[0].annotations) == count + 1


_NAME = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=12
).filter(lambda name: bool(name.strip()))
_CELL = st.tuples(st.integers(0, 10**7), st.integers(1, 5000), _NAME)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.dictionaries(_NAME, st.lists(_CELL, max_size=5), min_size=1, max_size=4))
def test_top_level_tiers_of_any_name_are_what_pympi_reads(
    tmp_path: Path, rows: dict[str, list[tuple[int, int, str]]]
) -> None:
    tiers = [
        TierText(name, [(start, start + length, value) for start, length, value in cells])
        for name, cells in rows.items()
    ]
    path = write_eaf_text(tmp_path / "x.eaf", *tiers)
    independent = Eaf(str(path))
    document = read_eaf(path)
    assert [tier.tier_id for tier in document.tiers] == list(rows)
    for tier in document.tiers:
        expected = independent.get_annotation_data_for_tier(tier.tier_id)
        found = [(a.interval.start_ms, a.interval.end_ms, a.value) for a in tier.annotations]
        assert sorted(found) == sorted(row[:3] for row in expected)
