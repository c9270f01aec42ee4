"""What holds for all tests: Hypothesis never fails a test for a busy machine."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
