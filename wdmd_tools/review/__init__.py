"""Back from a dataset to ELAN: all annotators and models side by side, and a tier for the reviewer.

`recording_tiers` is the way in; `write_reviews` writes one ELAN file per recording.
"""
