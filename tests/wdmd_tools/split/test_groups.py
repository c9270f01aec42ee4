"""Clips that share a person or a film stay together."""

from pathlib import Path

from builders import clip_row, segment_row, write_dataset

from wdmd_tools.split.groups import group_clips


def test_people_who_share_a_film_are_one_group(tmp_path: Path) -> None:
    """
    c1 Anna film1, c2 Bo film1, c3 Bo film2 hang together; c4 Cy film3 stands alone.
    MEs: one of c1 in speech, two of c4, one of them in speech.
    """
    where = {"c1": ("Anna", "film1"), "c2": ("Bo", "film1"), "c3": ("Bo", "film2")}
    where["c4"] = ("Cy", "film3")
    clips = [
        clip_row(
            name,
            100,
            subject_id=subject,
            source_video=source,
            recording_id=source,
            speaking_share=1.0 if name == "c1" else 0.0,
        )
        for name, (subject, source) in where.items()
    ]
    mes = [("c1", "speaking", 5), ("c4", "speaking", 5), ("c4", "listening", 30)]
    segments = [
        segment_row(clip, "consensus", onset, onset + 9, state=state) for clip, state, onset in mes
    ]
    dataset = write_dataset(tmp_path, clips, segments)
    found = group_clips(dataset, "subject")
    assert [(group.name, group.clip_ids) for group in found] == [
        ("Anna+Bo", ("c1", "c2", "c3")),
        ("Cy", ("c4",)),
    ]
    # clips, speaking clips, MEs in speech, MEs outside
    assert [group.weights for group in found] == [(3, 1, 1, 0), (1, 0, 1, 1)]
    assert [group.name for group in group_clips(dataset, "source")] == ["film1+film2", "film3"]
