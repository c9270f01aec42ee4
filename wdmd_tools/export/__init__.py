"""A dataset in the forms that other tools and venues read; `wdmd_tools.export.run` is the way in."""
