/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

/** Is told how far the reading of data is, on the thread that reads. An exception from here ends it. */
@FunctionalInterface
public interface ReadingProgress {
    /** Hears nothing. */
    ReadingProgress SILENT = (done, total) -> {};

    /** So many examples of all are read. */
    void at(long done, long total);
}
