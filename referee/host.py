"""What a competition's `data.py` may import: `from referee.host import Draw`."""

from referee.ground.draw import Draw

__all__ = ["Draw"]
