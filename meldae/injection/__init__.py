"""Micro-expressions put into training windows: new true ones, and movement that is none, as negatives.

Read `apply` first.

movements   what moves where in an aligned crop, by action unit
draw        which movement, how far and when, for each window
apply       the movement into pixels or into stored displacement, and into the labels
texture     how well a face's skin shows displacement, for stored displacement
"""

from meldae.injection.apply import Injector
from meldae.injection.draw import Event, draw_events

__all__ = ["Event", "Injector", "draw_events"]
