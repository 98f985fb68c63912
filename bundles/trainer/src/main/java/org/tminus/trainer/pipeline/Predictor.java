/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import java.util.LinkedHashMap;
import java.util.Map;
import org.tminus.learning.data.Examples;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathCosts;
import org.tminus.trainer.decide.ClassWeights;
import org.tminus.trainer.decide.ComplexityModel;
import org.tminus.trainer.decide.FeatureReader;
import org.tminus.trainer.decide.TreeEnsemble;
import org.tminus.trainer.pack.ModelWriter;

/** The trained predictor with its export. Immutable. */
final class Predictor {
    private final ComplexityModel model;
    private final FeatureReader reader;
    private final byte[] onnx;
    private final long flops;
    private final String identity;

    /** @param identity names all that it was made from */
    Predictor(ComplexityModel model, FeatureReader reader, byte[] onnx, long flops, String identity) {
        this.model = model;
        this.reader = reader;
        this.onnx = onnx;
        this.flops = flops;
        this.identity = identity;
    }

    byte[] onnx() {
        return onnx;
    }

    String identity() {
        return identity;
    }

    ModelWriter.PredictorEntry entry() {
        return new ModelWriter.PredictorEntry(reader.name(), model.classes(), flops);
    }

    /** The decision split with probabilities by trees that never saw the row. */
    Outcomes outOfFold(Outcomes decision) {
        float[][] probabilities = new float[decision.rows()][];
        for (int row = 0; row < probabilities.length; row++) {
            probabilities[row] = floats(model.outOfFold()[row]);
        }
        return with(decision, probabilities);
    }

    /** Another split with probabilities as serving gives them. */
    Outcomes predicted(Outcomes outcomes, Examples examples) {
        TreeEnsemble trees = model.ensemble();
        float[][] features = reader.read(examples);
        float[][] probabilities = new float[features.length][];
        for (int row = 0; row < features.length; row++) {
            probabilities[row] = floats(trees.probabilities(features[row]));
        }
        return with(outcomes, probabilities);
    }

    private Outcomes with(Outcomes outcomes, float[][] probabilities) {
        int[] paths = model.classes().stream().mapToInt(Integer::intValue).toArray();
        return outcomes.withCosts(new WithPredictor(outcomes.costs(), flops)).withComplexity(probabilities, paths);
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    Map<String, Object> figures() {
        Map<String, Object> figures = new LinkedHashMap<>(model.report().toMap());
        figures.put("split", "decision, out of fold");
        figures.put("features", reader.name());
        figures.put("classes", model.classes());
        figures.put("temperature", 1 / model.calibration().sharpness());
        figures.put("eceUncalibrated", model.uncalibratedError());
        figures.put("weightOfDeepestClass", ClassWeights.DEFAULT.deepest());
        figures.put("flopsPerRow", flops);
        return figures;
    }

    private record WithPredictor(PathCosts costs, double flops) implements PathCosts {
        @Override
        public double stem(int length) {
            return costs.stem(length);
        }

        @Override
        public double layer(int layer, int length) {
            return costs.layer(layer, length);
        }

        @Override
        public double exit(int exit, int length) {
            return costs.exit(exit, length);
        }

        @Override
        public double predictor(int length) {
            return flops;
        }
    }
}
