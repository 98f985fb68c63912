/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tminus.certificate.Planning;
import org.tminus.certificate.Risk;
import org.tminus.learning.data.Examples;
import org.tminus.onnx.Cost;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.tasks.EmbeddingCorpus;

/** What can be said before anything is trained: what ending early would cost, and what can be certified. */
final class Expectation {
    /** Bounds that people know; the smallest that the data can bear is promised. */
    private static final List<Double> EPSILONS = List.of(0.003, 0.005, 0.01, 0.02, 0.03, 0.05);

    private static final double EMBEDDING_EPSILON = 0.1;
    private static final double DELTA = 0.05;
    private static final double POWER = 0.8;

    private Expectation() {}

    /** Mean length of the examples; 0 without sequences. */
    static double meanLength(Examples examples) {
        long sum = 0;
        for (int row = 0; row < examples.size(); row++) {
            sum += examples.length(row);
        }
        return (double) sum / Math.max(1, examples.size());
    }

    /** FLOPs of the parts, and what a model that always ended after a layer would cost. */
    static List<String> costs(GraphAnalysis analysis, double length) {
        double n = Math.max(1, length);
        double total = flops(analysis.total(), n);
        double tail = flops(analysis.tail().orElseThrow().cost(), n);
        double spent = flops(analysis.stem().orElseThrow().cost(), n);
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "full depth costs %.2f million FLOPs per input%s",
                total / 1e6,
                length > 0 ? String.format(Locale.ROOT, " of %.0f, the mean length of your data", n) : ""));
        lines.add(String.format(Locale.ROOT, "%-10s %14s %26s", "", "MFLOPs", "always ending here costs"));
        lines.add(String.format(Locale.ROOT, "%-10s %14.2f", "stem", spent / 1e6));
        double first = 1;
        for (int layer = 0; layer < analysis.layers().size(); layer++) {
            GraphAnalysis.Layer each = analysis.layers().get(layer);
            double cost = flops(each.cost(), n);
            spent += cost;
            // An exit of its own costs about what the model's own end does.
            double share = Math.min(1, (spent + tail) / total);
            first = layer == 0 ? share : first;
            lines.add(String.format(Locale.ROOT, "%-10s %14.2f %24.1f %%", each.id(), cost / 1e6, 100 * share));
        }
        lines.add(String.format(
                Locale.ROOT,
                "an input that ends at the first exit saves %.1f %%; how many do so without another answer is what"
                        + " training finds out",
                100 * (1 - first)));
        return lines;
    }

    private static double flops(Cost cost, double n) {
        return cost.flops().at(n);
    }

    /**
     * The bound to promise with about so many calibration inputs, and a sentence about it.
     *
     * @param delta how often such a promise may be wrong
     */
    record Promise(Risk risk, double epsilon, double delta, String sentence) {}

    static Promise ofEmbeddings(int inputs) {
        return new Promise(
                Risk.DISAGREEMENT,
                EMBEDDING_EPSILON,
                DELTA,
                String.format(
                        Locale.ROOT,
                        "that at most %.0f of 100 embeddings point elsewhere than those of full depth (cosine below %.2f) is"
                                + " what about %d calibration inputs are asked to certify",
                        100 * EMBEDDING_EPSILON,
                        EmbeddingCorpus.KEPT_COSINE,
                        inputs));
    }

    static Promise promise(boolean labelled, int inputs) {
        Risk risk = labelled ? Risk.ACCURACY_LOSS : Risk.DISAGREEMENT;
        // A point that is worth having changes some answers, about as many for the better as for the worse.
        double mean = labelled ? 0 : 0.005;
        double discordance = labelled ? 0.02 : mean;
        double smallest = Planning.quickEpsilon(risk.defaultMethod(), inputs, DELTA, mean, discordance, POWER);
        String what = labelled ? "a loss of accuracy" : "a disagreement with full depth";
        for (double epsilon : EPSILONS) {
            if (epsilon >= smallest) {
                return new Promise(
                        risk,
                        epsilon,
                        DELTA,
                        String.format(
                                Locale.ROOT,
                                "about %d calibration inputs can certify %s of at most %.1f points, with %.0f %% confidence",
                                inputs,
                                what,
                                100 * epsilon,
                                100 * (1 - DELTA)));
            }
        }
        double last = EPSILONS.get(EPSILONS.size() - 1);
        long needed = Planning.quickInputs(risk.defaultMethod(), last, DELTA, mean, discordance, POWER);
        return new Promise(
                risk,
                last,
                DELTA,
                String.format(
                        Locale.ROOT,
                        "about %d calibration inputs are too few to expect a certificate: even %s of at most %.0f points needs about"
                                + " %d of them, which is about %d examples in all; what can be certified is tried nevertheless",
                        inputs,
                        what,
                        100 * last,
                        needed,
                        needed * 100 / 15));
    }
}
