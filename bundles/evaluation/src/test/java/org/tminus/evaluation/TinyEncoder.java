/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import static org.tminus.evaluation.GraphMaker.FLOAT;
import static org.tminus.evaluation.GraphMaker.INT64;
import static org.tminus.evaluation.GraphMaker.integer;
import static org.tminus.evaluation.GraphMaker.integers;

import java.util.HashMap;
import java.util.Map;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.PathSpec.ExitSpec;

/** A text classifier of four layers with a mask as side value, and exits after the first and the third. */
public final class TinyEncoder {
    static final int LAYERS = 4;
    public static final int CLASSES = 3;
    static final int VOCABULARY = 50;
    private static final int DIM = 8;

    private TinyEncoder() {}

    static byte[] model(long seed, float scaleOfSecondLayer) {
        GraphMaker g = new GraphMaker(seed);
        String ids = g.input("input_ids", INT64, "batch", "seq");
        String mask = g.input("attention_mask", INT64, "batch", "seq");
        String bias = g.op("Cast", integer("to", FLOAT), g.op("Unsqueeze", mask, g.longs(1)));
        bias = g.op("Mul", g.op("Sub", g.scalar(1), bias), g.scalar(-10000));
        String x = g.op("Gather", g.weight(1, VOCABULARY, DIM), ids);
        for (int layer = 0; layer < LAYERS; layer++) {
            String scores = g.op("MatMul", linear(g, x, DIM, DIM), g.op("Transpose", integers("perm", 0, 2, 1), x));
            String mixed = g.op("MatMul", g.op("Softmax", integer("axis", -1), g.op("Add", scores, bias)), x);
            x = g.op("Add", x, linear(g, mixed, DIM, DIM));
            String wide = g.op("Relu", linear(g, x, DIM, 2 * DIM));
            String fed = linear(g, wide, 2 * DIM, DIM);
            x = g.op(
                    "Add",
                    x,
                    layer == 1 ? g.op("Mul", fed, g.scalar(scaleOfSecondLayer)) : g.op("Mul", fed, g.scalar(1)));
        }
        String first = g.op("Squeeze", g.op("Slice", x, g.longs(0), g.longs(1), g.longs(1)), g.longs(1));
        g.output(linear(g, first, DIM, CLASSES), "logits", "batch", CLASSES);
        return g.bytes();
    }

    /** The first exit pools by the mask, which is an input of the model; the other takes the first token. */
    static byte[] exits(long seed) {
        GraphMaker g = new GraphMaker(seed);
        String mask = g.input("attention_mask", INT64, "batch", "seq");
        String hidden = g.input("exit.1.hidden", FLOAT, "batch", "seq", DIM);
        String weights = g.op("Cast", integer("to", FLOAT), g.op("Unsqueeze", mask, g.longs(2)));
        String sum = g.op("ReduceSum", integer("keepdims", 0), g.op("Mul", hidden, weights), g.longs(1));
        g.output(linear(g, sum, DIM, CLASSES), "exit.1.logits", "batch", CLASSES);
        String third = g.input("exit.3.hidden", FLOAT, "batch", "seq", DIM);
        String first = g.op("Squeeze", g.op("Slice", third, g.longs(0), g.longs(1), g.longs(1)), g.longs(1));
        g.output(linear(g, first, DIM, CLASSES), "exit.3.logits", "batch", CLASSES);
        return g.bytes();
    }

    private static String linear(GraphMaker g, String x, int in, int out) {
        return g.op("Add", g.op("MatMul", x, g.weight(1 / Math.sqrt(in), in, out)), g.weight(0.1, out));
    }

    static Map<Integer, ExitSpec> heads() {
        Map<Integer, ExitSpec> heads = new HashMap<>();
        for (int number : new int[] {1, 3}) {
            heads.put(
                    number - 1,
                    new ExitSpec(
                            "exit." + number,
                            false,
                            "exit." + number + ".hidden",
                            Map.of("logits", "exit." + number + ".logits")));
        }
        return heads;
    }

    static AdaptiveParts parts(long seed, float scaleOfSecondLayer) throws OnnxFormatException, EvaluationException {
        OnnxModel model = OnnxModel.read(model(seed, scaleOfSecondLayer));
        return AdaptiveParts.of(model, OnnxModel.read(exits(seed + 1)), GraphAnalysis.analyze(model), heads());
    }
}
