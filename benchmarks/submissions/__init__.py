"""Anyone's predictions, whatever program made them. Read `read` first.

read         which format, and who reads it
activitynet  JSON in seconds
megc         CSV in 1-based frames
elan         tiers in milliseconds
places       clips and films of a dataset, by name
pieces       film frames or times to segments of clips
place        a row of the leaderboard that was submitted, not rerun

torch is never imported here: a submission is scored on any machine.
"""
