"""Charts as whole figures: server-made SVG, its text alternative, its numbers in a table. Pure; no script, no network."""

from referee.presentation.charts.frame import Axis
from referee.presentation.charts.lines import loss_curves, over_time
from referee.presentation.charts.records import progression
from referee.presentation.charts.signs import Mark
from referee.presentation.charts.spark import sparkline, sparkline_points
from referee.presentation.charts.trade import scatter
from referee.presentation.charts.weights import histogram, spectrum

__all__ = [
    "Axis",
    "Mark",
    "histogram",
    "loss_curves",
    "over_time",
    "progression",
    "scatter",
    "sparkline",
    "sparkline_points",
    "spectrum",
]
