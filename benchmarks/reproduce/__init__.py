"""``bench reproduce``: run the jobs of a manifest again and say whether the same came out.

check      what is not as it was: commit, versions, machine, data, split, models' code
same       whether two sets of predictions say the same
rerun      the jobs again, into a folder of their own, and the verdict on each
"""
