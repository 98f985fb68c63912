/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

/**
 * What models may take.
 *
 * @param compiledPaths most compiled paths at one time; 0 for none
 * @param compiledBytes most bytes of weights that they have for themselves alone; full depth is exempt, since it is one
 *     copy of the model
 * @param weightBytes most bytes of weights that all models have in memory at one time; 0 for all that there are
 */
record Limits(int compiledPaths, long compiledBytes, long weightBytes) {
    static final int DEFAULT_PATHS = 16;

    /**
     * Where weights are not shared, each native graph holds packed ones of its own. Small models may have all their
     * paths compiled then; for large ones the chain is nearly as fast and holds the weights once.
     */
    static final int DEFAULT_MEBIBYTES = 128;

    /** @throws IllegalArgumentException if a value is negative */
    Limits {
        if (compiledPaths < 0) {
            throw new IllegalArgumentException("compiledPaths must be 0 or more, not " + compiledPaths);
        }
        if (compiledBytes < 0) {
            throw new IllegalArgumentException("compiledMemoryMiB must be 0 or more, not " + (compiledBytes >> 20));
        }
        if (weightBytes < 0) {
            throw new IllegalArgumentException("weightMemoryMiB must be 0 or more, not " + (weightBytes >> 20));
        }
    }

    /** With as much memory for weights as there are. */
    Limits(int compiledPaths, long compiledBytes) {
        this(compiledPaths, compiledBytes, 0);
    }

    static Limits defaults() {
        return new Limits(DEFAULT_PATHS, (long) DEFAULT_MEBIBYTES << 20);
    }
}
