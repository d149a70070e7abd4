"""Who finds the faces: each detector knows how its boxes lie in FER-2013's crops."""
