"""Measuring an emotion network as it ships, on ONNX Runtime."""
