/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import org.tminus.inference.Step;

/** How long each step of a request took, in nanoseconds. Written by one thread, read by others once it is done. */
final class StepTimes {
    private long queue;
    private long predict;
    private long decide;
    private long run;
    private long total;

    void add(Step step, long nanos) {
        switch (step) {
            case QUEUE -> queue += nanos;
            case PREDICT -> predict += nanos;
            case DECIDE -> decide += nanos;
            case RUN -> run += nanos;
            case TOTAL -> total += nanos;
        }
    }

    /** 0 for steps that did not happen. */
    long of(Step step) {
        return switch (step) {
            case QUEUE -> queue;
            case PREDICT -> predict;
            case DECIDE -> decide;
            case RUN -> run;
            case TOTAL -> total;
        };
    }
}
