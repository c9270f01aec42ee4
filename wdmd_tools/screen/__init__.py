"""Screening of films before annotation: what a person should look at, never what is deleted."""
