/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Exit;
import org.tminus.model.ExitId;
import org.tminus.model.LayerId;
import org.tminus.policy.Checkpoint;
import org.tminus.policy.Decision;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyRun;

/** Serves single rows with the policy of the closed loop, of random weights, and notes all that its network is shown. */
public final class SeenWhenServed {
    /** The probabilities that the platform shows after these layers. */
    public interface Answers {
        float[] after(List<LayerId> layersRun);
    }

    private final AdaptiveModel model;
    private final Listening network;
    private final ClosedPlan plan;

    /** @param version of the observation */
    public SeenWhenServed(AdaptiveModel model, int version, long seed) {
        this.model = model;
        int classes = model.predictor().map(found -> found.classes().size()).orElse(0);
        network = Listening.random(
                version,
                LstmNetwork.FIXED_FEATURES + classes,
                1 + model.layers().size(),
                seed);
        plan = ClosedPlan.of(model, model.menu());
    }

    /**
     * The observations of one row, in order.
     *
     * @param context of one row
     */
    public List<float[]> serve(PolicyContext context, double budget, Answers answers) throws Exception {
        network.heard.clear();
        try (PolicyRun run = new ClosedLoopPolicy()
                .run(context, network, plan, budget, context.complexities().orElse(null))) {
            follow(run, answers);
        }
        return List.copyOf(network.heard);
    }

    private void follow(PolicyRun run, Answers answers) throws Exception {
        Decision first = run.first().get(0);
        List<LayerId> ahead = new ArrayList<>(first.path().orElseThrow().layers());
        List<LayerId> ran = new ArrayList<>();
        while (!ahead.isEmpty()) {
            LayerId layer = ahead.remove(0);
            ran.add(layer);
            if (!first.checkpoints().contains(layer)) {
                continue;
            }
            Decision decision =
                    run.next(new View(layer, answers.after(List.copyOf(ran)))).get(0);
            if (decision.exit().isPresent()) {
                return;
            }
            ahead.subList(0, decision.skippedLayers()).clear();
        }
    }

    private final class View implements Checkpoint {
        private final LayerId layer;
        private final float[] probabilities;

        View(LayerId layer, float[] probabilities) {
            this.layer = layer;
            this.probabilities = probabilities;
        }

        @Override
        public LayerId layer() {
            return layer;
        }

        @Override
        public Optional<ExitId> exit() {
            return model.exits().stream()
                    .filter(exit -> exit.after().equals(Optional.of(layer)))
                    .map(Exit::id)
                    .findFirst();
        }

        @Override
        public int rows() {
            return 1;
        }

        @Override
        public int batchRow(int row) {
            return row;
        }

        @Override
        public float[] probabilities(int row) {
            return probabilities.clone();
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

    private static final class Listening extends LstmNetwork {
        private static final int HIDDEN = 6;

        private final List<float[]> heard = new ArrayList<>();

        private Listening(int version, float[] inputWeights, float[] hiddenWeights, float[] bias, float[][] actor) {
            super(version, inputWeights, hiddenWeights, bias, actor[0], actor[1]);
        }

        static Listening random(int version, int features, int actions, long seed) {
            Random random = new Random(seed);
            return new Listening(
                    version,
                    weights(random, features * 4 * HIDDEN),
                    weights(random, HIDDEN * 4 * HIDDEN),
                    weights(random, 4 * HIDDEN),
                    new float[][] {weights(random, HIDDEN * actions), weights(random, actions)});
        }

        private static float[] weights(Random random, int count) {
            float[] weights = new float[count];
            for (int i = 0; i < count; i++) {
                weights[i] = (float) random.nextGaussian();
            }
            return weights;
        }

        @Override
        void step(float[] observation, float[] states, float[] cells, int offset, float[] gates) {
            heard.add(observation.clone());
            super.step(observation, states, cells, offset, gates);
        }
    }
}
