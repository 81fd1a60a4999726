"""ML Golf's referee: trains strangers' code in a sandbox, judges the model it leaves behind, keeps the board.

Those who write an entry import `referee.contestant`; those who write a competition import `referee.host`.
"""

__version__ = "0.1.0"
