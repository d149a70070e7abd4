"""The networks at work: face detectors and classifiers on ONNX Runtime, and the card that travels with a network."""
