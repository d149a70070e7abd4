// A photo's thumbnail, cut around the faces on it.

export function thumbnail(address, focus) {
  const image = document.createElement("img");
  image.src = address;
  image.alt = "";
  image.loading = "lazy";
  image.decoding = "async";
  if (focus) image.addEventListener("load", () => aim(image, focus));
  return image;
}

// `focus` is the middle of the faces, as parts of width and height: as near to the middle as the photo's edges let it.
function aim(image, [x, y]) {
  const scale = Math.max(image.clientWidth / image.naturalWidth, image.clientHeight / image.naturalHeight);
  const place = (middle, whole, seen) => {
    const over = whole * scale - seen;
    return over < 1 ? 50 : Math.max(0, Math.min(100, ((middle * whole * scale - seen / 2) / over) * 100));
  };
  const across = place(x, image.naturalWidth, image.clientWidth);
  image.style.objectPosition = `${across}% ${place(y, image.naturalHeight, image.clientHeight)}%`;
}
