"""When the shutter fires: pure rules over analysed frames, without camera, clock or disk."""
