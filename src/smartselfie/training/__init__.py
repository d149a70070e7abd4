"""Training an emotion network: recipe, network, augmentation, loop, export. The only rooms that know torch."""
