/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm;

/** Told how far a storm is. Called by one thread. */
public interface StormProgress {
    /**
     * @param share of the time that is over, 0 to 1
     * @param activity what is going on, a few words
     */
    void progress(double share, String activity);
}
