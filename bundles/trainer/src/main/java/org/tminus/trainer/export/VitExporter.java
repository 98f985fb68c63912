/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.export;

import static org.tminus.trainer.export.OnnxGraph.attribute;
import static org.tminus.trainer.export.OnnxGraph.longsAttribute;

import java.util.List;
import java.util.Map;
import org.tminus.trainer.vit.VitConfig;
import org.tminus.trainer.vit.VitParameters;

/**
 * Writes the vision transformer as ONNX with operators of opset 17 that any runtime knows.
 *
 * <p>The graph has the input {@code pixels} [batch, channels, side, side], already normalised, and the output
 * {@code logits} [batch, classes]. The exits are a graph of their own: input {@code exit.N.hidden} [batch, tokens, dim],
 * output {@code exit.N.logits}.
 */
public final class VitExporter {
    /** Name of the model's input. */
    public static final String INPUT = "pixels";
    /** Name of the model's output. */
    public static final String OUTPUT = "logits";

    private static final String BATCH = "batch";

    private final VitParameters parameters;
    private final VitConfig config;
    private final float[] weights;
    private final Map<String, String> metadata;

    /**
     * Prepares an export.
     *
     * @param weights in the layout of {@code parameters}
     * @param metadata written into the file: where the model comes from
     */
    public VitExporter(VitParameters parameters, float[] weights, Map<String, String> metadata) {
        this.parameters = parameters;
        this.config = parameters.config();
        this.weights = weights;
        this.metadata = metadata;
    }

    /** Name of the hidden input of an exit's graph. */
    public static String exitInput(int exit) {
        return "exit." + exit + ".hidden";
    }

    /** Name of the output of an exit's graph. */
    public static String exitOutput(int exit) {
        return "exit." + exit + ".logits";
    }

    /** The full-depth model. */
    public byte[] model() {
        OnnxGraph graph = new OnnxGraph("vit");
        graph.input(INPUT, BATCH, config.channels(), config.imageSize(), config.imageSize());
        String hidden = stem(graph);
        for (int layer = 0; layer < config.layers(); layer++) {
            hidden = layer(graph, hidden, layer);
        }
        head(graph, hidden, "final.", OUTPUT);
        graph.output(OUTPUT, BATCH, config.classes());
        return graph.toBytes(metadata);
    }

    /** The exits inside the network. */
    public byte[] exits() {
        OnnxGraph graph = new OnnxGraph("exits");
        for (int exit = 1; exit <= config.exits(); exit++) {
            graph.input(exitInput(exit), BATCH, config.tokens(), config.dim());
            head(graph, exitInput(exit), VitParameters.exitPrefix(exit), exitOutput(exit));
            graph.output(exitOutput(exit), BATCH, config.classes());
        }
        return graph.toBytes(metadata);
    }

    private String stem(OnnxGraph graph) {
        int dim = config.dim();
        int patch = config.patch();
        String convolution = graph.node(
                "Conv",
                "stem.patches",
                List.of(
                        INPUT,
                        graph.floats("patch.weight", convolutionWeights(), dim, config.channels(), patch, patch),
                        parameter(graph, "patch.bias")),
                longsAttribute("kernel_shape", List.of((long) patch, (long) patch)),
                longsAttribute("strides", List.of((long) patch, (long) patch)));
        String rows = graph.node(
                "Reshape", "stem.rows", List.of(convolution, graph.longs("stem.rows.shape", 0, dim, config.patches())));
        String tokens =
                graph.node("Transpose", "stem.tokens", List.of(rows), longsAttribute("perm", List.of(0L, 2L, 1L)));
        String shape = graph.node("Shape", "stem.shape", List.of(tokens));
        String batch = graph.node(
                "Slice",
                "stem.batch",
                List.of(shape, graph.longs("stem.slice.from", 0), graph.longs("stem.slice.to", 1)));
        String target = graph.node(
                "Concat",
                "stem.class.shape",
                List.of(batch, graph.longs("stem.class.tail", 1, dim)),
                attribute("axis", 0L));
        String token = graph.floats("class.token", parameters.slice(weights, "class.token"), 1, 1, dim);
        String expanded = graph.node("Expand", "stem.class", List.of(token, target));
        String all = graph.node("Concat", "stem.all", List.of(expanded, tokens), attribute("axis", 1L));
        return graph.node("Add", "stem.output", List.of(all, parameter(graph, "positions")));
    }

    /** [patch values, dim] to [dim, channels, patch, patch]; the values of a patch lie row by row. */
    private float[] convolutionWeights() {
        float[] matrix = parameters.slice(weights, "patch.weight");
        float[] kernel = new float[matrix.length];
        int values = config.patchValues();
        for (int value = 0; value < values; value++) {
            for (int d = 0; d < config.dim(); d++) {
                kernel[d * values + value] = matrix[value * config.dim() + d];
            }
        }
        return kernel;
    }

    private String layer(OnnxGraph graph, String hidden, int layer) {
        String p = VitParameters.layerPrefix(layer);
        int dim = config.dim();
        int heads = config.heads();
        int width = dim / heads;

        String qkv = affine(graph, norm(graph, hidden, p + "norm1"), p + "qkv");
        List<String> parts = List.of(p + "q", p + "k", p + "v");
        graph.node("Split", parts, List.of(qkv, graph.longs(p + "split", dim, dim, dim)), attribute("axis", 2L));
        String byHead = graph.longs(p + "by.head", 0, config.tokens(), heads, width);
        String scaled = graph.node(
                "Mul",
                p + "q.scaled",
                List.of(parts.get(0), graph.floats(p + "scale", new float[] {(float) (1 / Math.sqrt(width))}, 1)));
        String query = heads(graph, scaled, p + "query", byHead, List.of(0L, 2L, 1L, 3L));
        String key = heads(graph, parts.get(1), p + "key", byHead, List.of(0L, 2L, 3L, 1L));
        String value = heads(graph, parts.get(2), p + "value", byHead, List.of(0L, 2L, 1L, 3L));
        String scores = graph.node("MatMul", p + "scores", List.of(query, key));
        String attention = graph.node("Softmax", p + "attention", List.of(scores), attribute("axis", -1L));
        String context = graph.node("MatMul", p + "context", List.of(attention, value));
        String byToken = graph.node(
                "Transpose", p + "context.tokens", List.of(context), longsAttribute("perm", List.of(0L, 2L, 1L, 3L)));
        String joined = graph.node(
                "Reshape",
                p + "context.joined",
                List.of(byToken, graph.longs(p + "joined.shape", 0, config.tokens(), dim)));
        String attended = graph.node("Add", p + "attended", List.of(hidden, affine(graph, joined, p + "out")));

        String inner = affine(graph, norm(graph, attended, p + "norm2"), p + "mlp1");
        String outer = affine(graph, gelu(graph, inner, p), p + "mlp2");
        return graph.node("Add", p + "output", List.of(attended, outer));
    }

    private static String heads(OnnxGraph graph, String input, String name, String shape, List<Long> order) {
        String split = graph.node("Reshape", name + ".split", List.of(input, shape));
        return graph.node("Transpose", name, List.of(split), longsAttribute("perm", order));
    }

    /** The exact form, {@code x / 2 * (1 + erf(x / sqrt 2))}; opset 17 has no Gelu of its own. */
    private static String gelu(OnnxGraph graph, String input, String prefix) {
        String root = graph.floats(prefix + "gelu.root", new float[] {(float) Math.sqrt(2)}, 1);
        String one = graph.floats(prefix + "gelu.one", new float[] {1}, 1);
        String half = graph.floats(prefix + "gelu.half", new float[] {0.5f}, 1);
        String scaled = graph.node("Div", prefix + "gelu.scaled", List.of(input, root));
        String erf = graph.node("Erf", prefix + "gelu.erf", List.of(scaled));
        String shifted = graph.node("Add", prefix + "gelu.shifted", List.of(erf, one));
        String product = graph.node("Mul", prefix + "gelu.product", List.of(input, shifted));
        return graph.node("Mul", prefix + "gelu", List.of(product, half));
    }

    private void head(OnnxGraph graph, String hidden, String prefix, String output) {
        String first = graph.node(
                "Gather",
                prefix + "class",
                List.of(hidden, graph.longs(prefix + "class.index", 0)),
                attribute("axis", 1L));
        String flat = graph.node(
                "Reshape", prefix + "class.flat", List.of(first, graph.longs(prefix + "flat.shape", 0, config.dim())));
        String features = norm(graph, flat, prefix + "norm");
        graph.node(
                "Gemm",
                output,
                List.of(features, parameter(graph, prefix + "head.weight"), parameter(graph, prefix + "head.bias")));
    }

    private String norm(OnnxGraph graph, String input, String name) {
        return graph.node(
                "LayerNormalization",
                name,
                List.of(input, parameter(graph, name + ".scale"), parameter(graph, name + ".bias")),
                attribute("axis", -1L),
                attribute("epsilon", (float) VitConfig.EPSILON));
    }

    private String affine(OnnxGraph graph, String input, String name) {
        String product = graph.node("MatMul", name + ".product", List.of(input, parameter(graph, name + ".weight")));
        return graph.node("Add", name, List.of(product, parameter(graph, name + ".bias")));
    }

    private String parameter(OnnxGraph graph, String name) {
        int[] shape = parameters.all().get(parameters.index(name)).shape().stream()
                .mapToInt(Integer::intValue)
                .toArray();
        return graph.floats(name, parameters.slice(weights, name), shape);
    }
}
