/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import static org.tminus.onnx.GraphMaker.FLOAT;
import static org.tminus.onnx.GraphMaker.INT64;
import static org.tminus.onnx.GraphMaker.integer;
import static org.tminus.onnx.GraphMaker.integers;

/** Small transformers of the usual kinds, with random weights. */
final class TestModels {
    private TestModels() {}

    /** How big a test model is. */
    record Size(int layers, int heads, int headDim, int feedForward) {
        int dim() {
            return heads * headDim;
        }
    }

    /** A vision transformer that normalises before each block: patches without a convolution, class token, learned positions. */
    static GraphMaker vit(Size size, long seed) {
        GraphMaker g = new GraphMaker(seed);
        int d = size.dim();
        String pixels = g.input("pixels", FLOAT, "batch", 1, 8, 8);
        String patches = g.op("Reshape", pixels, g.longs(-1, 1, 2, 4, 2, 4));
        patches = g.op("Transpose", integers("perm", 0, 2, 4, 1, 3, 5), patches);
        patches = g.op("Reshape", patches, g.longs(-1, 4, 16));
        String x = linear(g, patches, 16, d);
        String batch = g.op("Gather", integer("axis", 0), g.op("Shape", pixels), g.longs(0));
        String cls = g.op("Expand", g.weight(0.5, 1, 1, d), g.op("Concat", integer("axis", 0), batch, g.longs(1, d)));
        x = g.op("Concat", integer("axis", 1), cls, x);
        x = g.op("Add", x, g.weight(0.5, 1, 5, d));
        for (int l = 0; l < size.layers(); l++) {
            x = g.op(
                    "Add",
                    x,
                    attention(
                            g,
                            fusedNorm(g, x, d),
                            null,
                            size,
                            g.longs(-1, 5, size.heads(), size.headDim()),
                            g.longs(-1, 5, d)));
            x = g.op("Add", x, feedForward(g, fusedNorm(g, x, d), size));
        }
        x = fusedNorm(g, x, d);
        x = g.op("Gather", integer("axis", 1), x, g.index(0));
        g.named(linear(g, x, d, 3), "logits");
        g.output("logits", FLOAT, "batch", 3);
        return g;
    }

    /** A text encoder that normalises after each block, with a mask as side value and shapes computed in the graph, as exporters write it. */
    static GraphMaker encoder(Size size, long seed) {
        return encoder(size, seed, -1);
    }

    /**
     * The same, where optionally the attention scores of one layer are added to those of the next.
     *
     * @param leaking the layer whose scores the next reads; -1 for none
     */
    static GraphMaker encoder(Size size, long seed, int leaking) {
        GraphMaker g = new GraphMaker(seed);
        int d = size.dim();
        String ids = g.input("input_ids", INT64, "batch", "seq");
        String mask = g.input("attention_mask", INT64, "batch", "seq");
        String bias = g.op("Unsqueeze", mask, g.longs(1, 2));
        bias = g.op("Cast", integer("to", FLOAT), bias);
        bias = g.op("Mul", g.op("Sub", g.scalar(1), bias), g.scalar(-10000));
        String words = g.op("Gather", g.weight(1, 50, d), ids);
        String length = g.op("Gather", g.op("Shape", ids), g.longs(1));
        String positions = g.op("Slice", g.weight(1, 40, d), g.longs(0), length, g.longs(0));
        String x = plainNorm(g, g.op("Add", words, positions), d);
        String[] leaked = new String[1];
        for (int l = 0; l < size.layers(); l++) {
            String shape = g.op("Shape", x);
            String b = g.op("Unsqueeze", g.op("Gather", shape, g.index(0)), g.longs(0));
            String n = g.op("Unsqueeze", g.op("Gather", shape, g.index(1)), g.longs(0));
            String split = g.op("Concat", integer("axis", 0), b, n, g.longs(size.heads(), size.headDim()));
            String merged = g.op("Concat", integer("axis", 0), b, n, g.longs(d));
            String extra = l == leaking + 1 ? leaked[0] : null;
            String a = attention(g, x, extra == null ? bias : g.op("Add", bias, extra), size, split, merged);
            if (l == leaking) {
                leaked[0] = g.op("MatMul", a, g.op("Transpose", integers("perm", 0, 2, 1), a));
                leaked[0] = g.op("Unsqueeze", leaked[0], g.longs(1));
            }
            x = plainNorm(g, g.op("Add", x, a), d);
            x = plainNorm(g, g.op("Add", feedForward(g, x, size), x), d);
        }
        g.named(x, "hidden");
        g.output("hidden", FLOAT, "batch", "seq", d);
        return g;
    }

    /** Exit heads on the class token for a ViT, one for each layer, of which every second also reads the pixels. */
    static GraphMaker exits(Size size, long seed) {
        GraphMaker g = new GraphMaker(seed);
        boolean usesPixels = false;
        for (int l = 0; l < size.layers(); l++) {
            String hidden = g.input("exit." + l + ".hidden", FLOAT, "batch", 5, size.dim());
            String first = g.op("Gather", integer("axis", 1), hidden, g.index(0));
            String logits = linear(g, first, size.dim(), 3);
            if (l % 2 == 1) {
                if (!usesPixels) {
                    g.input("pixels", FLOAT, "batch", 1, 8, 8);
                    usesPixels = true;
                }
                String flat = g.op("Flatten", "pixels");
                logits = g.op("Add", logits, linear(g, flat, 64, 3));
            }
            g.named(logits, "exit." + l + ".logits");
            g.output("exit." + l + ".logits", FLOAT, "batch", 3);
        }
        return g;
    }

    private static String attention(GraphMaker g, String x, String bias, Size size, String split, String merged) {
        int d = size.dim();
        String[] heads = new String[3];
        for (int i = 0; i < 3; i++) {
            heads[i] = g.op("Reshape", linear(g, x, d, d), split);
            heads[i] = g.op(
                    "Transpose",
                    integers("perm", i == 1 ? new long[] {0, 2, 3, 1} : new long[] {0, 2, 1, 3}),
                    heads[i]);
        }
        String scores = g.op("Div", g.op("MatMul", heads[0], heads[1]), g.scalar(Math.sqrt(size.headDim())));
        if (bias != null) {
            scores = g.op("Add", scores, bias);
        }
        String mixed = g.op("MatMul", g.op("Softmax", integer("axis", -1), scores), heads[2]);
        mixed = g.op("Reshape", g.op("Transpose", integers("perm", 0, 2, 1, 3), mixed), merged);
        return linear(g, mixed, d, d);
    }

    private static String feedForward(GraphMaker g, String x, Size size) {
        String h = linear(g, x, size.dim(), size.feedForward());
        String erf = g.op("Erf", g.op("Div", h, g.scalar(Math.sqrt(2))));
        h = g.op("Mul", g.op("Mul", h, g.op("Add", erf, g.scalar(1))), g.scalar(0.5));
        return linear(g, h, size.feedForward(), size.dim());
    }

    static String linear(GraphMaker g, String x, int in, int out) {
        return g.op("Add", g.op("MatMul", x, g.weight(1 / Math.sqrt(in), in, out)), g.weight(0.1, out));
    }

    private static String fusedNorm(GraphMaker g, String x, int d) {
        return g.op("LayerNormalization", integer("axis", -1), x, g.weight(1, d), g.weight(0.1, d));
    }

    private static String plainNorm(GraphMaker g, String x, int d) {
        String centred = g.op("Sub", x, g.op("ReduceMean", integers("axes", -1), x));
        String variance = g.op("ReduceMean", integers("axes", -1), g.op("Pow", centred, g.scalar(2)));
        String normal = g.op("Div", centred, g.op("Sqrt", g.op("Add", variance, g.scalar(1e-5))));
        return g.op("Add", g.op("Mul", normal, g.weight(1, d)), g.weight(0.1, d));
    }
}
