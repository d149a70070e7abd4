"""A rectangle in pixels of the upright picture."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """Left, top, width and height in pixels; may reach beyond the picture."""

    left: float
    top: float
    width: float
    height: float

    @property
    def area(self) -> float:
        """Square pixels."""
        return self.width * self.height

    @property
    def centre(self) -> tuple[float, float]:
        """(x, y) of the middle."""
        return self.left + self.width / 2, self.top + self.height / 2

    def square(self, factor: float) -> "Box":
        """The square around this box's centre, `factor` times as long as the box's longer side."""
        side = factor * max(self.width, self.height)
        x, y = self.centre
        return Box(x - side / 2, y - side / 2, side, side)

    def iou(self, other: "Box") -> float:
        """Intersection over union, from 0 (apart) to 1 (the same)."""
        width = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        height = min(self.top + self.height, other.top + other.height) - max(self.top, other.top)
        if width <= 0 or height <= 0:
            return 0.0
        shared = width * height
        return shared / (self.area + other.area - shared)

    def within(self, width: int, height: int) -> "Box":
        """What of this box lies inside a picture of that size; may be empty."""
        left, top = min(max(self.left, 0.0), width), min(max(self.top, 0.0), height)
        right = min(max(self.left + self.width, left), width)
        bottom = min(max(self.top + self.height, top), height)
        return Box(left, top, right - left, bottom - top)
