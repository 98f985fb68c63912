/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.container;

/** Turns requests answered into a share of all the work. Not thread-safe. */
final class Work {
    private final ProgressListener listener;
    private final double total;
    private final double until;
    private double done;
    private String activity = "";

    /**
     * @param total how many requests there will be
     * @param until the share of the whole run that they are
     */
    Work(ProgressListener listener, double total, double until) {
        this.listener = listener;
        this.total = total;
        this.until = until;
    }

    void begin(String what) {
        activity = what;
        done(0);
    }

    void done(int requests) {
        done += requests;
        listener.progress(until * Math.min(1, done / total), activity);
    }
}
