/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ExitId;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.policy.Checkpoint;
import org.tminus.policy.Decision;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyRun;

/**
 * What the platform does with a policy: rows with the same first decision run together, of the layers that they want to
 * leave out the fewest are left out, and an answer is checked. Every path must be one that is allowed.
 */
final class Platform {
    /** The probabilities that an exit gives a row after these layers. */
    interface Answers {
        float[] at(int batchRow, List<LayerId> layersRun);
    }

    /**
     * What became of a row.
     *
     * @param reads how many heads were read on the way, that of the answer included
     */
    record Outcome(Path path, double flops, int reads) {}

    private record Way(Path path, List<LayerId> checkpoints) {}

    private final PolicyContext context;
    private final AdaptiveModel model;
    private final Answers answers;
    private final PolicyRun run;
    private final Outcome[] outcomes;

    private Platform(PolicyContext context, Answers answers, PolicyRun run) {
        this.context = context;
        this.model = context.model();
        this.answers = answers;
        this.run = run;
        outcomes = new Outcome[context.rows()];
    }

    static List<Outcome> run(Policy policy, PolicyContext context, Answers answers) throws Exception {
        try (PolicyRun run = policy.begin(context)) {
            return new Platform(context, answers, run).run();
        }
    }

    private List<Outcome> run() throws Exception {
        List<Decision> first = run.first();
        assertThat(first).hasSize(context.rows());
        Map<Way, List<Integer>> groups = new LinkedHashMap<>();
        for (int row = 0; row < first.size(); row++) {
            Path path = first.get(row).path().orElseThrow();
            assertThat(context.allowedPaths()).contains(path);
            groups.computeIfAbsent(new Way(path, first.get(row).checkpoints()), way -> new ArrayList<>())
                    .add(row);
        }
        for (Map.Entry<Way, List<Integer>> group : groups.entrySet()) {
            follow(group.getKey(), group.getValue());
        }
        assertThat(outcomes).doesNotContainNull();
        for (Outcome outcome : outcomes) {
            assertThat(context.allowedPaths()).contains(outcome.path());
        }
        return List.of(outcomes);
    }

    private void follow(Way way, List<Integer> rows) throws Exception {
        List<Integer> running = new ArrayList<>(rows);
        List<LayerId> ran = new ArrayList<>();
        List<LayerId> ahead = new ArrayList<>(way.path().layers());
        int reads = 0;
        double heads = 0;
        while (!ahead.isEmpty()) {
            LayerId layer = ahead.remove(0);
            ran.add(layer);
            if (!way.checkpoints().contains(layer)) {
                continue;
            }
            View view = new View(layer, running, List.copyOf(ran));
            List<Decision> decisions = run.next(view);
            assertThat(decisions).hasSize(running.size());
            if (view.read) {
                reads++;
                heads += exitFlops(view.exit().orElseThrow(), running.get(0));
            }
            List<Integer> left = new ArrayList<>();
            Set<ExitId> answered = new HashSet<>();
            int skipped = Integer.MAX_VALUE;
            for (int row = 0; row < decisions.size(); row++) {
                Decision decision = decisions.get(row);
                if (decision.exit().isPresent()) {
                    boolean again = view.read && view.exit().equals(decision.exit());
                    answered.add(decision.exit().get());
                    end(running.get(row), ran, decision.exit().get(), heads, reads, again);
                } else {
                    left.add(running.get(row));
                    skipped = Math.min(skipped, decision.skippedLayers());
                }
            }
            assertThat(answered).hasSizeLessThanOrEqualTo(1);
            running = left;
            if (running.isEmpty()) {
                return;
            }
            if (skipped > 0) {
                assertThat(skipped).isLessThanOrEqualTo(ahead.size());
                ahead.subList(0, skipped).clear();
                List<LayerId> all = new ArrayList<>(ran);
                all.addAll(ahead);
                model.check(new Path(all, way.path().exit()));
            }
        }
        for (int row : running) {
            end(row, ran, way.path().exit(), heads, reads, false);
        }
    }

    private void end(int row, List<LayerId> ran, ExitId exit, double heads, int reads, boolean alreadyRead)
            throws Exception {
        Path path = new Path(ran, exit);
        model.check(path);
        double flops = model.stem().cost().flops(context.length(row)) + heads;
        for (LayerId layer : ran) {
            flops += model.layer(layer).orElseThrow().cost().flops(context.length(row));
        }
        outcomes[row] =
                new Outcome(path, flops + (alreadyRead ? 0 : exitFlops(exit, row)), reads + (alreadyRead ? 0 : 1));
    }

    private double exitFlops(ExitId exit, int row) {
        return model.exit(exit).orElseThrow().cost().flops(context.length(row));
    }

    private final class View implements Checkpoint {
        private final LayerId layer;
        private final List<Integer> rows;
        private final List<LayerId> ran;
        private boolean read;

        View(LayerId layer, List<Integer> rows, List<LayerId> ran) {
            this.layer = layer;
            this.rows = rows;
            this.ran = ran;
        }

        @Override
        public LayerId layer() {
            return layer;
        }

        @Override
        public Optional<ExitId> exit() {
            return model.exits().stream()
                    .filter(exit -> exit.after().equals(Optional.of(layer)))
                    .map(exit -> exit.id())
                    .findFirst();
        }

        @Override
        public int rows() {
            return rows.size();
        }

        @Override
        public int batchRow(int row) {
            return rows.get(row);
        }

        @Override
        public float[] probabilities(int row) {
            read = true;
            return answers.at(rows.get(row), ran);
        }

        @Override
        public float confidence(int row) {
            throw new UnsupportedOperationException("All probabilities are wanted");
        }

        @Override
        public FloatBuffer pooled(int row) {
            throw new UnsupportedOperationException("The state is not wanted");
        }

        @Override
        public long flopsPerRow() {
            throw new UnsupportedOperationException("Policies count for themselves");
        }

        @Override
        public Optional<Duration> timeLeft() {
            return Optional.empty();
        }
    }
}
