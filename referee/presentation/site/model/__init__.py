"""The judged model as a picture: its graph as boxes and arrows, its tensors as numbers, histograms and spectra."""
