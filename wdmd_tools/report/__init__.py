"""The HTML report of a dataset: what was built, what was not, and every clip to be seen.

    tables ──► clip_view, overview ──► frozen views (model) ──► render (jinja2) ──► pages
                  └─► sheets: small pictures of onset, apex, offset

It opens from the disk, without a server or network. `page` is the frame and look of all HTML here.
"""

from wdmd_tools.report.page import content_policy, page_environment, stylesheet, table_script
from wdmd_tools.report.write import WrittenReport, write_report

__all__ = [
    "WrittenReport",
    "content_policy",
    "page_environment",
    "stylesheet",
    "table_script",
    "write_report",
]
