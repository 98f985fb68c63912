/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

/** Is told how far a training run is. Called by the thread that trains; it should return quickly. */
public interface ProgressListener {
    /** A listener that does nothing. */
    ProgressListener NONE = new ProgressListener() {
        @Override
        public void progress(Progress progress) {}

        @Override
        public void message(String text) {}
    };

    /** Reports progress within a stage; called often. */
    void progress(Progress progress);

    /** Reports one line of text worth keeping, such as the figures of an epoch. */
    void message(String text);
}
