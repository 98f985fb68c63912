/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tminus.learning.SyntheticOutcomes;
import org.tminus.learning.outcome.Basis;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathTrie;

/** The hand-written way back in time against finite differences of the whole loss of PPO. */
class NetworkGradientTest {
    private static final double[] BUDGETS = {0.3, 0.8};

    @ParameterizedTest
    @EnumSource
    void gradientIsThatOfFiniteDifferences(Loop loop) {
        // A menu with branches, so that more than two actions are allowed at some places and one at others.
        PathTrie trie = PathTrie.of(
                List.of(
                        MenuPath.prefix(1),
                        new MenuPath(List.of(0, 2), 2),
                        MenuPath.prefix(2),
                        new MenuPath(List.of(1, 3), 3),
                        new MenuPath(List.of(0, 1, 3), 3),
                        MenuPath.prefix(4)),
                4);
        Outcomes outcomes = SyntheticOutcomes.of(trie, 40, 3, true);
        LstmShape shape = new LstmShape(4, outcomes.complexityClasses(), 5, loop);
        Walk walk = new Walk(outcomes, shape, Basis.RIGHT);
        Network network = new Network(shape).initialise(7);
        SplittableRandom random = new SplittableRandom(11);
        PpoOptions options = PpoOptions.builder().hidden(5).valueClip(0.3).build();
        Rollout rollout = new Rollout(40, 5);
        for (int e = 0; e < 40; e++) {
            rollout.row[e] = e;
            rollout.bucket[e] = e % 2;
        }
        rollout.walk(network, walk, BUDGETS, new Rollout.Rewards(walk, 1, true, new double[] {1, 0.2}), 0.9, random);
        // Another policy than the one that walked, so that odds differ from 1, some beyond the clip.
        for (int i = 0; i < network.parameters.length; i++) {
            network.parameters[i] += 0.6 * (2 * random.nextDouble() - 1);
        }
        double[] gradient = new double[network.parameters.length];
        PpoLoss loss = loss(network, walk, rollout, options, gradient);
        assertThat(loss.clipped).as("clipped decisions").isPositive();
        assertThat(loss.decisions).isGreaterThan((int) loss.clipped);
        double worst = 0;
        for (int i = 0; i < gradient.length; i++) {
            double kept = network.parameters[i];
            double h = 1e-6;
            network.parameters[i] = kept + h;
            double up = loss(network, walk, rollout, options, new double[gradient.length]).loss;
            network.parameters[i] = kept - h;
            double down = loss(network, walk, rollout, options, new double[gradient.length]).loss;
            network.parameters[i] = kept;
            double numeric = (up - down) / (2 * h);
            worst = Math.max(worst, Math.abs(numeric - gradient[i]) / (1e-4 + Math.abs(numeric)));
        }
        assertThat(worst).isLessThan(1e-3);
        assertThat(Arrays.stream(gradient).map(Math::abs).max().orElse(0)).isGreaterThan(1e-3);
    }

    private static PpoLoss loss(Network network, Walk walk, Rollout rollout, PpoOptions options, double[] gradient) {
        int[] all = rollout.longestFirst(rollout.all());
        PpoLoss loss = new PpoLoss(network, walk, rollout, all, options, 0.02);
        new Unroll(network, walk, BUDGETS, 5, 40).learn(rollout, all, loss, gradient);
        return loss;
    }
}
