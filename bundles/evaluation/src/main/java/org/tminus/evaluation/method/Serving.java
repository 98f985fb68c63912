/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.method;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.tminus.learning.baseline.ConfidenceExit;

/** How a way of deciding is served when its latency is measured. */
public sealed interface Serving {
    /** A model file on ONNX Runtime, without the platform. */
    record ModelFile(Path file) implements Serving {}

    /** A model file on any library. */
    record Library(String engine, Path file, String setting) implements Serving {}

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

        static Exits of(ConfidenceExit exit, Subject subject) {
            return new Exits(
                    Arrays.stream(exit.checkpoints())
                            .map(node -> subject.trie().nodes().get(node).layer())
                            .mapToObj(layer ->
                                    subject.model().layers().get(layer).id().value())
                            .toList(),
                    Arrays.stream(exit.uncalibratedThresholds()).boxed().toList());
        }
    }
}
