/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.method;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tminus.learning.baseline.ConfidenceExit;

/** How a way of deciding is served when its latency is measured. */
public sealed interface Serving {
    /** A model file on ONNX Runtime, without the platform. */
    record ModelFile(Path file) implements Serving {}

    /** One path of the menu, composed into one graph, on ONNX Runtime without the platform. */
    record MenuGraph(int path) implements Serving {}

    /** An operating point of the model, through the platform. */
    record Point(String policy, String operatingPoint) implements Serving {}

    /** Paths that were decided beforehand, through the platform; the predictor runs if the way needs it. */
    record Chosen(boolean predicts) implements Serving {}

    /**
     * Early exit through the platform.
     *
     * @param layers after which the exit is read
     * @param thresholds one each, in the confidence as the exit gives it
     */
    record Exits(List<String> layers, List<Double> thresholds) implements Serving {
        public Exits {
            layers = List.copyOf(layers);
            thresholds = List.copyOf(thresholds);
        }

        /** With calibration folded into the thresholds, and without exits where it never stops. */
        static Exits of(ConfidenceExit exit, Subject subject) {
            List<String> layers = new ArrayList<>();
            List<Double> thresholds = new ArrayList<>();
            int[] nodes = exit.checkpoints();
            for (int i = 0; i < nodes.length; i++) {
                if (exit.thresholds()[i] >= 1) {
                    continue;
                }
                int layer = subject.trie().nodes().get(nodes[i]).layer();
                layers.add(subject.model().layers().get(layer).id().value());
                thresholds.add(raw(exit.thresholds()[i], exit.temperatures()[i]));
            }
            return new Exits(layers, thresholds);
        }

        /** The confidence p for which sigmoid(logit(p) / temperature) is the threshold. */
        private static double raw(double threshold, double temperature) {
            return threshold <= 0 ? 0 : 1 / (1 + Math.exp(-Math.log(threshold / (1 - threshold)) * temperature));
        }
    }
}
