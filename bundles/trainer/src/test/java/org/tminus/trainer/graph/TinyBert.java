/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import static org.tminus.trainer.export.OnnxGraph.attribute;
import static org.tminus.trainer.export.OnnxGraph.longsAttribute;

import java.util.List;
import java.util.Map;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.trainer.export.OnnxGraph;

/** A small post-norm encoder as exporters write it at opset 11: everything spelled out, shapes computed, a mask. */
public final class TinyBert {
    static final int DIM = 16;
    static final int HEADS = 2;
    public static final int WORDS = 30;

    private final OnnxGraph graph = new OnnxGraph("bert", 11);
    private final int layers;
    private final int words;
    private long seed = 7;

    private TinyBert(int layers, int words) {
        this.layers = layers;
        this.words = words;
    }

    public static OnnxModel build(int layers) throws OnnxFormatException {
        return build(layers, WORDS);
    }

    /** The same with another number of rows in the table of words. */
    public static OnnxModel build(int layers, int words) throws OnnxFormatException {
        return OnnxModel.read(new TinyBert(layers, words).bytes());
    }

    /** Some sentences; those after the first are padded. */
    static Map<String, HostTensor> sentences(int rows, int length) {
        long[] ids = new long[rows * length];
        long[] mask = new long[rows * length];
        for (int row = 0; row < rows; row++) {
            for (int t = 0; t < length; t++) {
                ids[row * length + t] = (7L * row + 3L * t + row * t) % WORDS;
                mask[row * length + t] = t < length - row % 3 ? 1 : 0;
            }
        }
        Shape shape = Shape.of(rows, length);
        return Map.of("input_ids", HostTensor.ofLongs(shape, ids), "attention_mask", HostTensor.ofLongs(shape, mask));
    }

    private float[] fresh(int count) {
        return Pieces.gaussian(count, 0.3, seed++);
    }

    private byte[] bytes() {
        graph.inputInt64("input_ids", "batch", "length");
        graph.inputInt64("attention_mask", "batch", "length");
        // (1 - mask) * -10000 as [batch, 1, 1, length]
        String wide = graph.node(
                "Unsqueeze", "mask.wide", List.of("attention_mask"), longsAttribute("axes", List.of(1L, 2L)));
        String number = graph.node("Cast", "mask.float", List.of(wide), attribute("to", 1L));
        String one = graph.floats("one", new float[] {1}, 1);
        String inverse = graph.node("Sub", "mask.inverse", List.of(one, number));
        String mask = graph.node("Mul", "mask.bias", List.of(inverse, graph.floats("low", new float[] {-10000}, 1)));
        // position ids from the length
        String shape = graph.node("Shape", "shape", List.of("input_ids"));
        String length =
                graph.node("Gather", "length", List.of(shape, graph.longs("index.1", 1)), attribute("axis", 0L));
        String positions = graph.node(
                "Slice",
                "position.ids",
                List.of(graph.longs("all.positions", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), graph.longs("zero", 0), length));
        String found = graph.node(
                "Gather", "words", List.of(graph.floats("word.table", fresh(words * DIM), words, DIM), "input_ids"));
        String places = graph.node(
                "Gather", "places", List.of(graph.floats("position.table", fresh(10 * DIM), 10, DIM), positions));
        String hidden = norm(graph.node("Add", "embedded", List.of(found, places)), "embedding.norm");
        for (int layer = 0; layer < layers; layer++) {
            hidden = layer(hidden, mask, "layer." + layer + ".");
        }
        graph.node("Identity", "last_hidden_state", List.of(hidden));
        graph.output("last_hidden_state", "batch", "length", DIM);
        return graph.toBytes(Map.of());
    }

    private String layer(String hidden, String mask, String p) {
        String query = heads(linear(hidden, p + "query", DIM, DIM), hidden, p + "q", List.of(0L, 2L, 1L, 3L));
        String key = heads(linear(hidden, p + "key", DIM, DIM), hidden, p + "k", List.of(0L, 2L, 3L, 1L));
        String value = heads(linear(hidden, p + "value", DIM, DIM), hidden, p + "v", List.of(0L, 2L, 1L, 3L));
        String product = graph.node("MatMul", p + "scores.raw", List.of(query, key));
        String scores = graph.node(
                "Div",
                p + "scores",
                List.of(product, graph.floats(p + "root", new float[] {(float) Math.sqrt(DIM / (double) HEADS)}, 1)));
        String masked = graph.node("Add", p + "scores.masked", List.of(scores, mask));
        String attention = graph.node("Softmax", p + "attention", List.of(masked), attribute("axis", 3L));
        String context = graph.node("MatMul", p + "context", List.of(attention, value));
        String turned = graph.node(
                "Transpose", p + "context.turned", List.of(context), longsAttribute("perm", List.of(0L, 2L, 1L, 3L)));
        String joined = graph.node(
                "Reshape", p + "context.joined", List.of(turned, graph.longs(p + "joined.shape", 0, 0, DIM)));
        String added = graph.node("Add", p + "added", List.of(linear(joined, p + "out", DIM, DIM), hidden));
        String middle = norm(added, p + "norm1");
        String inner = gelu(linear(middle, p + "inner", DIM, 2 * DIM), p);
        String outer = linear(inner, p + "outer", 2 * DIM, DIM);
        return norm(graph.node("Add", p + "sum", List.of(outer, middle)), p + "norm2");
    }

    private String heads(String projected, String hidden, String name, List<Long> order) {
        String shape = graph.node("Shape", name + ".shape", List.of(hidden));
        String batch = dimension(shape, name + ".batch", 0);
        String length = dimension(shape, name + ".length", 1);
        String target = graph.node(
                "Concat",
                name + ".target",
                List.of(batch, length, graph.longs(name + ".tail", HEADS, DIM / HEADS)),
                attribute("axis", 0L));
        String split = graph.node("Reshape", name + ".split", List.of(projected, target));
        return graph.node("Transpose", name, List.of(split), longsAttribute("perm", order));
    }

    private String dimension(String shape, String name, long index) {
        return graph.node("Gather", name, List.of(shape, graph.longs(name + ".index", index)), attribute("axis", 0L));
    }

    private String linear(String input, String name, int in, int out) {
        String product = graph.node(
                "MatMul", name + ".product", List.of(input, graph.floats(name + ".weight", fresh(in * out), in, out)));
        // Exporters put the bias first.
        return graph.node("Add", name, List.of(graph.floats(name + ".bias", fresh(out), out), product));
    }

    private String gelu(String input, String p) {
        String scaled = graph.node(
                "Div", p + "gelu.scaled", List.of(input, graph.floats(p + "r", new float[] {1.4142135f}, 1)));
        String erf = graph.node("Erf", p + "gelu.erf", List.of(scaled));
        String shifted = graph.node("Add", p + "gelu.shifted", List.of(erf, "one"));
        String product = graph.node("Mul", p + "gelu.product", List.of(input, shifted));
        return graph.node("Mul", p + "gelu", List.of(product, graph.floats(p + "h", new float[] {0.5f}, 1)));
    }

    private String norm(String input, String name) {
        String mean = graph.node("ReduceMean", name + ".mean", List.of(input), longsAttribute("axes", List.of(-1L)));
        String centred = graph.node("Sub", name + ".centred", List.of(input, mean));
        String squared =
                graph.node("Pow", name + ".squared", List.of(centred, graph.floats(name + ".two", new float[] {2}, 1)));
        String variance =
                graph.node("ReduceMean", name + ".variance", List.of(squared), longsAttribute("axes", List.of(-1L)));
        String shifted = graph.node(
                "Add", name + ".shifted", List.of(variance, graph.floats(name + ".epsilon", new float[] {1e-12f}, 1)));
        String deviation = graph.node("Sqrt", name + ".deviation", List.of(shifted));
        String unit = graph.node("Div", name + ".unit", List.of(centred, deviation));
        String scaled =
                graph.node("Mul", name + ".scaled", List.of(unit, graph.floats(name + ".scale", fresh(DIM), DIM)));
        return graph.node("Add", name, List.of(scaled, graph.floats(name + ".bias", fresh(DIM), DIM)));
    }
}
