/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.TminusException;
import org.tminus.model.ExitId;
import org.tminus.model.LayerId;
import org.tminus.policy.Checkpoint;
import org.tminus.policy.Decision;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyContexts;
import org.tminus.policy.PolicyRun;

/**
 * What the platform showed a policy of one batch, from its beginning until the last row stopped. The same policy can be asked
 * the same again, without the layers and exits that ran in between. Recorded by one thread at a time; replayed by any number
 * once recorded.
 */
public final class Conversation {
    private final PolicyContext context;
    private final List<Seen> checkpoints = new ArrayList<>();

    private Conversation(PolicyContext context) {
        this.context = context;
    }

    /** Of what is still being said: {@link #hear} adds to it. */
    static Conversation begin(PolicyContext context) throws TminusException {
        PolicyContexts copy = PolicyContexts.of(context.model())
                .lengths(LongStream.range(0, context.rows())
                        .map(row -> context.length((int) row))
                        .toArray())
                .budget(context.budget())
                .parameters(context.parameters())
                .allowedPaths(context.allowedPaths())
                .seed(context.seed());
        context.operatingPoint().ifPresent(copy::operatingPoint);
        context.complexities().ifPresent(copy::complexities);
        return new Conversation(copy.build());
    }

    /** Lets a policy decide at a checkpoint, and remembers what it looked at. */
    List<Decision> hear(PolicyRun run, Checkpoint live) throws TminusException {
        Seen seen = new Seen(live);
        List<Decision> decisions = run.next(seen);
        seen.live = null;
        checkpoints.add(seen);
        return decisions;
    }

    /** How many inputs it is about. */
    public int rows() {
        return context.rows();
    }

    /**
     * Lets the policy make all its decisions again.
     *
     * @param policy the one that was recorded
     * @return the decisions, by checkpoint; the first are those before the first layer
     */
    public List<List<Decision>> replay(Policy policy) throws TminusException {
        List<List<Decision>> decisions = new ArrayList<>(1 + checkpoints.size());
        try (PolicyRun run = policy.begin(context)) {
            decisions.add(run.first());
            for (Seen checkpoint : checkpoints) {
                decisions.add(run.next(checkpoint));
            }
        }
        return decisions;
    }

    /** A checkpoint of which is kept what the policy read: of an exit, its probabilities. */
    private static final class Seen implements Checkpoint {
        private final LayerId layer;
        private final Optional<ExitId> exit;
        private final int[] batchRows;
        private final long flopsPerRow;
        private final float[] @Nullable [] probabilities;
        private @Nullable Checkpoint live;

        Seen(Checkpoint live) {
            this.live = live;
            layer = live.layer();
            exit = live.exit();
            flopsPerRow = live.flopsPerRow();
            batchRows = new int[live.rows()];
            for (int row = 0; row < batchRows.length; row++) {
                batchRows[row] = live.batchRow(row);
            }
            probabilities = new float[batchRows.length][];
        }

        @Override
        public LayerId layer() {
            return layer;
        }

        @Override
        public Optional<ExitId> exit() {
            return exit;
        }

        @Override
        public int rows() {
            return batchRows.length;
        }

        @Override
        public int batchRow(int row) {
            return batchRows[row];
        }

        @Override
        public float[] probabilities(int row) throws TminusException {
            float[] known = probabilities[row];
            if (known == null) {
                Checkpoint source = live;
                if (source == null) {
                    throw new IllegalStateException("The policy did not read the exit after " + layer + " before");
                }
                known = source.probabilities(row);
                probabilities[row] = known;
            }
            return known;
        }

        @Override
        public float confidence(int row) {
            throw new UnsupportedOperationException("Of an exit only probabilities are kept");
        }

        @Override
        public FloatBuffer pooled(int row) {
            throw new UnsupportedOperationException("Pooled states are not kept");
        }

        @Override
        public long flopsPerRow() {
            return flopsPerRow;
        }

        @Override
        public Optional<Duration> timeLeft() {
            return Optional.empty();
        }
    }
}
