"""A piece of a photograph, 32 x 32 pixels: where it lies, how it is turned and the order of its colours are drawn.

Of the 1024 pixels, one in eight is held out. The photograph is a crop of scikit-learn's china.jpg (see README.md).
"""

from pathlib import Path

import numpy as np

from referee.host import Draw

SIDE, HELD_OUT = 32, 128
MARGIN = 2
"""pixels on each side that the blur takes"""
DETAIL = (0.05, 0.07)
"""between these is the root of the mean squared step from pixel to pixel, so that the pieces are about equally hard"""


def draw(seed: int) -> Draw:
    random = np.random.default_rng(seed)
    with np.load(Path(__file__).with_name("china.npz")) as file:
        photograph = file["image"]  # (320, 288, 3) uint8
    piece = np.zeros((SIDE, SIDE, 3))
    while not DETAIL[0] <= detail(piece) <= DETAIL[1]:
        top, left = (random.integers(size - SIDE - 2 * MARGIN + 1) for size in photograph.shape[:2])
        window = photograph[top : top + SIDE + 2 * MARGIN, left : left + SIDE + 2 * MARGIN]
        piece = blurred(blurred(window / 255))
    piece = np.rot90(piece, random.integers(4))
    if random.integers(2):
        piece = piece.transpose(1, 0, 2)
    y = piece[..., random.permutation(3)].reshape(-1, 3)
    middles = (2 * np.arange(SIDE) + 1) / SIDE - 1
    x = np.stack(np.meshgrid(middles, middles, indexing="ij"), axis=-1).reshape(-1, 2)
    order = random.permutation(len(x))
    heldout, train = order[:HELD_OUT], order[HELD_OUT:]
    return Draw(x[train], y[train], x[heldout], y[heldout])


def blurred(image: np.ndarray) -> np.ndarray:
    """Each pixel and its neighbours, weighed 1 2 1 both ways. (h, w, 3) -> (h - 2, w - 2, 3)."""
    image = (image[:-2] + 2 * image[1:-1] + image[2:]) / 4
    return (image[:, :-2] + 2 * image[:, 1:-1] + image[:, 2:]) / 4


def detail(piece: np.ndarray) -> float:
    down, right = np.diff(piece, axis=0), np.diff(piece, axis=1)
    return float(np.sqrt((down**2).mean() + (right**2).mean()))
