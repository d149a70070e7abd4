"""The rules of the project, pure: no camera, no network, no clock, no disk."""
