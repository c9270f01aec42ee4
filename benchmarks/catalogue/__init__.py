"""Datasets that this benchmark knows of, one TOML file each: what they are and how to come by them.

`model` has the fields, `read` reads the files. No dataset is here, nor any part of one.
"""
