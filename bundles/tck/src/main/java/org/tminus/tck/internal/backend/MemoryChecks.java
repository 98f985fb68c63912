/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.backend;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.tminus.backend.BackendSession;
import org.tminus.backend.Run;
import org.tminus.backend.Telemetry;
import org.tminus.model.Path;
import org.tminus.tck.Finding;
import org.tminus.tck.internal.Collected;
import org.tminus.tensor.Tensor;

/**
 * Whether memory stops growing. The same work is done in blocks of rounds, and figures are read after each round. A figure
 * has settled as soon as the least of a block is no higher than the least of some block long before, give or take next to
 * nothing, which happens sooner or later to everything that does not leak: what is taken and given back in steps comes
 * down again, and an allocator that grows reaches its size. Blocks next to each other are not compared: one such step
 * down, of a compiler thread that ends for example, hides what a block loses. Only what stands higher after every block
 * is a finding. What the backend itself reports must come back to where it was. Time plays no part.
 */
public final class MemoryChecks {
    private static final int BLOCKS = 8;
    private static final int BLOCKS_BETWEEN = 3;
    private static final int ROUNDS_PER_BLOCK = 6;
    private static final int SESSIONS_PER_ROUND = 3;
    private static final int RUNS_PER_SESSION = 25;

    private final Subject subject;

    /** @param subject what is tested */
    public MemoryChecks(Subject subject) {
        this.subject = subject;
    }

    /** Growth of one figure, in bytes. */
    private static final class Growth {
        private final String figure;
        private final double slack;
        private final List<Double> leastOfBlocks = new ArrayList<>();
        private double least = Double.POSITIVE_INFINITY;
        private boolean settled;

        /** @param slackPerRound bytes per round that are next to nothing */
        Growth(String figure, double slackPerRound) {
            this.figure = figure;
            slack = slackPerRound * ROUNDS_PER_BLOCK * BLOCKS_BETWEEN;
        }

        void add(OptionalDouble measured) {
            settled |= measured.isEmpty();
            least = Math.min(least, measured.orElse(least));
        }

        void endBlock() {
            leastOfBlocks.add(least);
            settled |= leastOfBlocks.stream()
                    .limit(Math.max(0, leastOfBlocks.size() - BLOCKS_BETWEEN))
                    .anyMatch(earlier -> least <= earlier + slack);
            least = Double.POSITIVE_INFINITY;
        }

        long bytesPerRound() {
            double blocks = leastOfBlocks.size() - 1.0;
            return Math.round(
                    (leastOfBlocks.get(leastOfBlocks.size() - 1) - leastOfBlocks.get(0)) / (blocks * ROUNDS_PER_BLOCK));
        }
    }

    /** Opens, prepares, runs, steps and closes in rounds. */
    public void memoryStopsGrowing() throws Exception {
        double before = reported().orElse(Double.NaN);
        List<Growth> figures = List.of(
                new Growth("the Java heap in use", 64 << 10),
                new Growth("the resident memory beside Java's heap", 256 << 10));
        ResidentMemory resident = ResidentMemory.withoutHeap();
        // The first round loads and compiles what stays.
        round();
        for (int block = 0; block < BLOCKS && !figures.stream().allMatch(figure -> figure.settled); block++) {
            for (int round = 0; round < ROUNDS_PER_BLOCK; round++) {
                round();
                System.gc();
                figures.get(0).add(heap());
                figures.get(1).add(resident.bytes());
            }
            figures.forEach(Growth::endBlock);
        }
        for (Growth growth : figures) {
            if (!growth.settled) {
                throw Finding.of(
                        "After " + BLOCKS * ROUNDS_PER_BLOCK + " rounds of the same work, " + growth.figure
                                + " still grew by " + growth.bytesPerRound() + " bytes per round.",
                        "A figure that stops growing once everything was done a few times.",
                        "Look for tensors, runs or sessions that are not freed when they are closed.");
            }
        }
        expectGivenBack(before);
    }

    /** The figure may be some milliseconds old, so it is asked for again until it is there. */
    private void expectGivenBack(double before) {
        if (Double.isNaN(before) || Collected.eventually(() -> reported().orElse(before) <= before)) {
            return;
        }
        throw Finding.of(
                "With all sessions closed, the figure " + Telemetry.MEMORY_BYTES + " is "
                        + reported().orElse(before) + ".",
                before + " at most, as before the first was opened.",
                "Subtract in close() what open(), prepare() and run() have added.");
    }

    private void round() throws Exception {
        Path path = subject.model().fullDepth();
        Path prepared = subject.model().menu().get(0);
        for (int count = 0; count < SESSIONS_PER_ROUND; count++) {
            try (BackendSession session = subject.open()) {
                session.prepare(prepared);
                for (int number = 0; number < RUNS_PER_SESSION; number++) {
                    Map<String, Tensor> inputs = subject.some(4, number);
                    Answers.close(session.run(prepared, inputs, subject.everything()));
                    Answers.close(session.run(path, inputs, subject.everything()));
                    try (Run run = session.start(inputs, subject.everything())) {
                        run.advance(path.layers());
                        run.retain(new int[] {1, 3});
                        Answers.close(run.read(path.exit()));
                        run.pooled().close();
                    }
                }
            }
        }
    }

    private OptionalDouble reported() {
        return subject.backend().telemetry().figure(Telemetry.MEMORY_BYTES);
    }

    private static OptionalDouble heap() {
        Runtime runtime = Runtime.getRuntime();
        return OptionalDouble.of(runtime.totalMemory() - (double) runtime.freeMemory());
    }
}
