"""`python -m referee`."""

import sys

from referee.adapters.cli import main

sys.exit(main())
