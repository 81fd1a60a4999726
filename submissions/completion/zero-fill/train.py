"""What is seen, and zero elsewhere: the matrix of least Frobenius norm, and a poor one of nuclear norm.

Least squares on a one-hot input has a free choice for every entry that was not seen, and the smallest sum of squares
sets them to zero; gradient descent from zero ends there as well, as nothing ever pushes at such an entry. Holes are
like noise: the singular values of the seen half are those of the full matrix, halved, and many small ones. Keshavan and
others begin with this matrix, and find the large ones in it.

Then the threshold is used up: all entries shrink by one factor, so that the root mean squared error is nearly 0.001.

Source:
    Matrix Completion from a Few Entries. R. H. Keshavan, A. Montanari, S. Oh, 2010.
"""

import numpy as np

from referee import contestant

TARGET = 0.9995e-3

x, y = contestant.load()
row, column = x[:, :40].argmax(axis=1), x[:, 40:].argmax(axis=1)
matrix = np.zeros(contestant.reference_shapes()["matrix"])
matrix[row, column] = y * (1 - TARGET / np.sqrt(np.mean(y.astype(np.float64) ** 2)))

contestant.report(1, np.sqrt(np.mean((matrix[row, column] - y) ** 2)))
contestant.save({"matrix": matrix})
