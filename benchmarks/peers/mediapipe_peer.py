"""Reads frames with MediaPipe's FaceMesh, as a video's."""

import json
import sys
import time

import cv2
import mediapipe

reader = mediapipe.solutions.face_mesh.FaceMesh(max_num_faces=16)
for line in sys.stdin:
    image = cv2.cvtColor(cv2.imread(line.strip()), cv2.COLOR_BGR2RGB)
    begin = time.process_time()
    faces = reader.process(image).multi_face_landmarks or []
    print(json.dumps({"cpu_ms": 1e3 * (time.process_time() - begin), "faces": len(faces)}), flush=True)
