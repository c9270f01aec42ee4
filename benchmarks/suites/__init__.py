"""The paper's experiments as lists of settings: tables 3 and 4 and figure 4.

ablation.toml, sensitivity.toml, losses.toml    what differs from the full model, and what is reported
model      reads them, and makes a job of each row
table      results beside the reported numbers, which never share a column
files      Markdown, CSV, LaTeX and pictures of a table
curves     validation scores by epoch (figure 4)
"""
