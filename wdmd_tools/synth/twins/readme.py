"""The README of a twin: that it is synthetic, and what is odd in it."""

from collections.abc import Mapping

from wdmd_tools.synth.twins.model import TwinPlan


def readme(plan: TwinPlan, settings: Mapping[str, object]) -> str:
    """The text, Markdown.

    Args:
        plan: What was rendered.
        settings: What it was made with.
    """
    odd = [f"- {note}" for note in plan.notes]
    for video in plan.videos:
        odd.extend(f"- `{video.folder}`: {why}" for why in video.oddities)
        for event in video.events:
            place = f"`{video.folder}`, {event.kind} at {event.onset}"
            odd.extend(f"- {place}: {why}" for why in event.oddities)
    made = ", ".join(f"{key} {value}" for key, value in settings.items())
    return f"""# Synthetic, in the layout of {plan.display}

Nothing here is from {plan.display}. `wdmd demo --as {plan.name}` rendered every face from one
public-domain photograph (NASA, shipped with scikit-image as `skimage.data.astronaut`); no person said or
felt any of this. Folders, file names and sheets follow the release, so that `wdmd import {plan.name}` can
be tried without a licence. Numbers measured on it say whether software works, nothing about people.

Pictures are square and small, and videos short; the sheets hold only the rows of these videos. `truth.json`
has the exact onset, apex and offset of everything in numbers of frame files, the cells as written, and what
a reader should make of them.

What is odd, as in the release:

{chr(10).join(odd)}

Made with: {made}
"""
