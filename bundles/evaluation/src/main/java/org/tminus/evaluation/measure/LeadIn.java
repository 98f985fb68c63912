/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.util.function.LongSupplier;
import org.tminus.evaluation.EvaluationException;

/**
 * Lets a way answer before it is timed, without counting. Whoever serves a model serves it in one way again and again, so that
 * every answer finds weights and scratch memory in the caches as the same way's answers before it left them, and no threads of
 * another way beside it. Plain ONNX Runtime has the same lead-in as the platform. Used by one thread.
 */
final class LeadIn {
    /** A path that fewer inputs take than these is timed with colder caches than it would be served with. */
    static final int ANSWERS = 5;

    private final Inputs inputs;
    private final LongSupplier clock;
    private long disturbedUntil;

    /** @param clock in nanoseconds */
    LeadIn(Inputs inputs, LongSupplier clock) {
        this.inputs = inputs;
        this.clock = clock;
        this.disturbedUntil = clock.getAsLong();
    }

    /**
     * Answers the inputs before the next one to be timed, and until the threads of the way before rest.
     *
     * @param next the first input to be timed; those before the first are the last
     */
    void run(Server server, int next) throws EvaluationException {
        int size = inputs.size();
        int first = Math.floorMod(next - ANSWERS, size);
        for (int i = 0; i < ANSWERS || clock.getAsLong() - disturbedUntil < 0; i++) {
            int at = (first + i % ANSWERS) % size;
            server.answer(inputs.tensors().get(at), inputs.rows().get(at));
        }
    }

    /** Hears that a way has answered for the last time before another one's turn. */
    void ended(Server server) {
        disturbedUntil = clock.getAsLong() + server.lingerNanos();
    }
}
