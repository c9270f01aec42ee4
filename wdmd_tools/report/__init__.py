"""The HTML report of a dataset: what was built, what was not, and every clip to be seen.

    tables ──► clip_view, overview ──► frozen views (model) ──► render (jinja2) ──► pages
                  └─► sheets: small pictures of onset, apex, offset

It opens from the disk, without a server or network. `stylesheet` is the look of all HTML of this project.
"""

from wdmd_tools.report.render import content_policy, stylesheet
from wdmd_tools.report.write import WrittenReport, write_report

__all__ = ["WrittenReport", "content_policy", "stylesheet", "write_report"]
