"""Reads frames with `fer`, as its own README does."""

import json
import sys
import time

import cv2
from fer.fer import FER

reader = FER()
for line in sys.stdin:
    image = cv2.imread(line.strip())
    begin = time.process_time()
    faces = reader.detect_emotions(image)
    print(json.dumps({"cpu_ms": 1e3 * (time.process_time() - begin), "faces": len(faces)}), flush=True)
