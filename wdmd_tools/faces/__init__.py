"""Faces: landmarks, an alignment that adds no motion, crops.

    frame --landmarks--> 478 points --align--> similarity per frame --crop--> 224 x 224

MediaPipe is loaded in `landmarks` only.
"""
