/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.container;

/** Told how far a run is. Called by one thread. */
public interface ProgressListener {
    /**
     * @param share of the work that is done, 0 to 1
     * @param activity what is going on, a few words
     */
    void progress(double share, String activity);
}
