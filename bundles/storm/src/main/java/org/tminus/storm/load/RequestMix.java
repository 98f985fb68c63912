/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.load;

import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Draws what a client sends next. Used by one thread. */
final class RequestMix {
    /** How a request is sent. */
    enum Way {
        /** Waits on the client's own thread. */
        INFER,
        /** Waits on a future. */
        SUBMIT,
        /** Waits with a deadline that is long enough. */
        DEADLINE,
        /** Has the answer written into the client's own memory. */
        INTO,
        /** Cancels after a moment. */
        CANCEL
    }

    /**
     * A request; never compared with another.
     *
     * @param inputs the number of the input of each row
     * @param policy null for the one in force
     * @param flopsRatio the budget; NaN for the one in force
     * @param patienceNanos how long to wait before cancelling
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Draft(Way way, int[] inputs, @Nullable String policy, double flopsRatio, long patienceNanos) {}

    private static final int MOST_ROWS = 8;
    private static final long LONGEST_PATIENCE = 20_000_000;

    private final SplittableRandom random;
    private final int inputs;
    private final List<String> policies;

    /**
     * @param inputs how many inputs there are
     * @param policies that a request may name
     */
    RequestMix(long seed, int inputs, List<String> policies) {
        this.random = new SplittableRandom(seed);
        this.inputs = inputs;
        this.policies = List.copyOf(policies);
    }

    Draft next() {
        int[] rows = new int[random.nextInt(10) < 7 ? 1 : 2 + random.nextInt(MOST_ROWS - 1)];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = random.nextInt(inputs);
        }
        String policy = random.nextBoolean() ? null : policies.get(random.nextInt(policies.size()));
        double ratio = random.nextInt(3) == 0 ? 0.2 + 0.8 * random.nextDouble() : Double.NaN;
        return new Draft(way(), rows, policy, ratio, random.nextLong(LONGEST_PATIENCE));
    }

    private Way way() {
        int drawn = random.nextInt(20);
        if (drawn < 9) {
            return Way.INFER;
        }
        if (drawn < 14) {
            return Way.SUBMIT;
        }
        if (drawn < 17) {
            return Way.DEADLINE;
        }
        return drawn < 19 ? Way.INTO : Way.CANCEL;
    }
}
