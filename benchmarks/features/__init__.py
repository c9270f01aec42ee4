"""What baselines see of a clip: local binary patterns, optical flow, motion of regions; kept by content."""
