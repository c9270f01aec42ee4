"""Every tested clip over time, all models under each other, with pictures: pages that work offline.

    dataset + predictions ──► cases ──► frozen views (model) ──► pages (jinja2)
                                └─► pictures (WebP), films (MP4)

    leaderboard/clips/<dataset>-<protocol>/index.html        a list to filter, sort and bookmark
                                           recordings/*.html timelines, forty clips a page
                                           media/*           pictures and films of crops

A page holds its own timelines, so ten thousand clips are many pages and not one large one.
"""

from benchmarks.report.clips.write import WrittenClips, write_clips

__all__ = ["WrittenClips", "write_clips"]
