"""Synthetic conversations with exact ground truth: what `wdmd demo` renders.

No public micro-expression dataset may be passed on, so the tool makes its own. One public-domain portrait
is turned into many identities, each identity speaks, listens, blinks, turns its head and shows
micro-expressions, and three simulated annotators mark what they saw in ELAN files.

    config        what a user may set
    script        what happens when: states, MEs, macro-expressions, blinks, turns (no pixels)
    timecourse    the script as one row of movement coefficients per frame
    portrait, action_units, identity, head    how a face looks and how each action unit moves it
    render, encode                            frames and H.264
    annotators, projects                      three fallible annotators and their ELAN files
    generate      all of it for a folder, resumable
    contact_sheet a picture to check the faces by eye

It is synthetic: good for tests, demonstrations and for measuring recall against amplitude, not for claims
about people.
"""
