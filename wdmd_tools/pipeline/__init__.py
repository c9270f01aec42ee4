"""From ELAN files and videos to a dataset folder. Read `build.build_dataset` first.

plan       ELAN files + videos -> recordings (events, video, problems)
recording  one recording -> crops and the rows of its tables
journal    what is finished, so that a killed build goes on
publish    all recordings -> tables, dataset.json, README, checksums
"""
