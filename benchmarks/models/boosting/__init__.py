"""BoostingVRME in our own code: a slow-fast state-space network, and a decoder that knows durations."""
