"""Micro-expression candidates in a folder of films, ranked for annotators.

rank        which candidate comes first, and how many true ones a person finds by going down the list
thumbnails  what a candidate looks like
folder      all films of a folder, resumable: read this first
"""
