"""What the referee costs, as ratios within one run: `make bench`."""
