"""How often the mouth says rightly whether the subject speaks: films of `wdmd demo`, whose truth is known.

    python perf/speech_guess.py demo 4 8

Films 5 to 8 of the folder: the threshold was chosen on films 1 to 4. Prints the share of frames in which
the guess is right, of speech that is found, and of silence that is taken for speech.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from wdmd_tools.faces.model_file import get_face_model
from wdmd_tools.synth.injection.speech import SPEAKING_IOD_S, speech_activity
from wdmd_tools.synth.injection.track import load_or_track


def main(folder: Path, first: int, stop: int) -> None:
    """Measure films ``[first, stop)`` of a folder, by name."""
    truth = [
        row
        for row in pq.read_table(folder / "truth.parquet").to_pylist()
        if row["kind"] == "speech"
    ]
    guessed, said = [], []
    with tempfile.TemporaryDirectory() as kept:
        for film in sorted((folder / "raw").glob("*.mp4"))[first:stop]:
            info, course = load_or_track(film, get_face_model(), Path(kept) / f"{film.stem}.npz")
            activity = speech_activity(course.openings(), float(info.table.fps))
            times = np.asarray(info.table.floor_ms)
            speaks = np.zeros(len(times), dtype=bool)
            for row in truth:
                if row["recording_id"] == film.stem:
                    speaks |= (times >= row["onset_ms"]) & (times < row["offset_ms"])
            guessed.append(np.nan_to_num(activity) > SPEAKING_IOD_S)
            said.append(speaks)
    guess, true = np.concatenate(guessed), np.concatenate(said)
    print(f"{stop - first} films, {len(true)} frames, {100 * true.mean():.0f} % speech")
    print(f"right {100 * (guess == true).mean():.1f} %")
    print(f"speech found {100 * guess[true].mean():.1f} %")
    print(f"silence taken for speech {100 * guess[~true].mean():.1f} %")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
