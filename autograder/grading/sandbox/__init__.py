"""The sandbox where student code runs: no network, no sight of anything but the public half, limits on the rest."""
