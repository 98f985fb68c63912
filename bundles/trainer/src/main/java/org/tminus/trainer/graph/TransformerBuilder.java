/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import static org.tminus.trainer.export.OnnxGraph.attribute;
import static org.tminus.trainer.export.OnnxGraph.longsAttribute;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.trainer.export.OnnxGraph;
import org.tminus.trainer.vit.Mixing;

/**
 * Makes a fresh pre-norm encoder as an ONNX model of opset 17: input as the {@link Stem} says, output {@code logits}
 * float32 [batch, classes], read from the first token.
 */
public final class TransformerBuilder {
    /** Name of the input for a stem of tables. */
    public static final String TOKENS = "tokens";
    /** Name of the input for a stem of tiles. */
    public static final String PIXELS = "pixels";
    /** Name of the output. */
    public static final String OUTPUT = "logits";

    private static final String BATCH = "batch";

    private final TransformerConfig config;
    private final OnnxGraph graph = new OnnxGraph("encoder");
    private final Pieces pieces = new Pieces(graph);
    private long drawn;

    private TransformerBuilder(TransformerConfig config) {
        this.config = config;
    }

    /** A model with starting weights that the seed alone decides. */
    public static OnnxModel build(TransformerConfig config) {
        try {
            return OnnxModel.read(new TransformerBuilder(config).toBytes());
        } catch (OnnxFormatException e) {
            throw new IllegalStateException("a fresh model is refused: " + e.getMessage(), e);
        }
    }

    private byte[] toBytes() {
        String hidden = stem();
        for (int layer = 0; layer < config.layers(); layer++) {
            hidden = layer(hidden, "layer." + layer + ".");
        }
        String first = pieces.pool(hidden, null, "final.pooled", Pooling.FIRST, config.dim());
        String features = pieces.norm(first, "final.norm", config.dim());
        pieces.head(
                features,
                "final.head",
                OUTPUT,
                fresh(config.dim() * config.classes(), xavier(config.dim(), config.classes())),
                config.dim(),
                config.classes());
        graph.output(OUTPUT, BATCH, config.classes());
        return graph.toBytes(Map.of());
    }

    private float[] fresh(int count, double deviation) {
        return Pieces.gaussian(count, deviation, Mixing.mix(config.seed(), drawn++));
    }

    private static double xavier(int in, int out) {
        return Math.sqrt(2.0 / (in + out));
    }

    private String stem() {
        int dim = config.dim();
        String tokens = config.stem() instanceof Stem.Tables tables ? looked(tables) : seen((Stem.Tiles) config.stem());
        String positions = graph.floats("stem.positions", fresh(config.tokens() * dim, 1), config.tokens(), dim);
        return graph.node("Add", "stem.output", List.of(tokens, positions));
    }

    /**
     * Positions with vocabularies of the same size share a table: a token means the same at each of them, and need be learned
     * once only. What a position adds is learned apart.
     */
    private String looked(Stem.Tables stem) {
        graph.inputInt64(TOKENS, BATCH, stem.tokens());
        Map<Integer, Integer> tables = new LinkedHashMap<>();
        long[] offsets = new long[stem.tokens()];
        int rows = 0;
        for (int i = 0; i < offsets.length; i++) {
            int size = stem.vocabularies().get(i);
            Integer table = tables.putIfAbsent(size, rows);
            offsets[i] = table == null ? rows : table;
            rows += table == null ? size : 0;
        }
        String row = graph.node("Add", "stem.row", List.of(TOKENS, graph.longs("stem.offsets", offsets)));
        String table = graph.floats("stem.table", fresh(rows * config.dim(), 1), rows, config.dim());
        return graph.node("Gather", "stem.tokens", List.of(table, row), attribute("axis", 0L));
    }

    /** All tiles are seen with the same weights. They give numbers of unit deviation, as tables do. */
    private String seen(Stem.Tiles stem) {
        int tile = stem.tile();
        int values = stem.values();
        graph.input(PIXELS, BATCH, stem.channels(), stem.rows() * tile, stem.columns() * tile);
        String grid = graph.node(
                "Reshape",
                "stem.grid",
                List.of(
                        PIXELS,
                        graph.longs("stem.grid.shape", 0, stem.channels(), stem.rows(), tile, stem.columns(), tile)));
        String tiles = graph.node(
                "Transpose", "stem.tiles", List.of(grid), longsAttribute("perm", List.of(0L, 2L, 4L, 1L, 3L, 5L)));
        String flat = graph.node(
                "Reshape", "stem.flat", List.of(tiles, graph.longs("stem.flat.shape", 0, stem.tokens(), values)));
        return pieces.affine(
                pieces.norm(flat, "stem.norm", values),
                "stem.tokens",
                fresh(values * config.dim(), 1 / Math.sqrt(values)),
                values,
                config.dim());
    }

    private String layer(String hidden, String p) {
        int dim = config.dim();
        int width = dim / config.heads();
        // What is added to the residual stream starts smaller, so that depth does not blow the stream up.
        double quiet = 1 / Math.sqrt(2.0 * config.layers());
        String qkv = pieces.affine(
                pieces.norm(hidden, p + "norm1", dim),
                p + "qkv",
                fresh(3 * dim * dim, xavier(dim, 3 * dim)),
                dim,
                3 * dim);
        List<String> parts = List.of(p + "q", p + "k", p + "v");
        graph.node("Split", parts, List.of(qkv, graph.longs(p + "split", dim, dim, dim)), attribute("axis", 2L));
        String byHead = graph.longs(p + "by.head", 0, config.tokens(), config.heads(), width);
        String query = heads(parts.get(0), p + "query", byHead, List.of(0L, 2L, 1L, 3L));
        String key = heads(parts.get(1), p + "key", byHead, List.of(0L, 2L, 3L, 1L));
        String value = heads(parts.get(2), p + "value", byHead, List.of(0L, 2L, 1L, 3L));
        String raw = graph.node("MatMul", p + "scores.raw", List.of(query, key));
        String scale = graph.floats(p + "scale", new float[] {(float) (1 / Math.sqrt(width))}, 1);
        String scores = graph.node("Mul", p + "scores", List.of(raw, scale));
        String attention = graph.node("Softmax", p + "attention", List.of(scores), attribute("axis", -1L));
        String context = graph.node("MatMul", p + "context", List.of(attention, value));
        String byToken = graph.node(
                "Transpose", p + "context.tokens", List.of(context), longsAttribute("perm", List.of(0L, 2L, 1L, 3L)));
        String joined = graph.node(
                "Reshape",
                p + "context.joined",
                List.of(byToken, graph.longs(p + "joined.shape", 0, config.tokens(), dim)));
        String out = pieces.affine(joined, p + "out", fresh(dim * dim, quiet * xavier(dim, dim)), dim, dim);
        String attended = graph.node("Add", p + "attended", List.of(hidden, out));
        int mlp = config.mlp();
        String inner = pieces.affine(
                pieces.norm(attended, p + "norm2", dim), p + "mlp1", fresh(dim * mlp, xavier(dim, mlp)), dim, mlp);
        String outer = pieces.affine(gelu(inner, p), p + "mlp2", fresh(mlp * dim, quiet * xavier(mlp, dim)), mlp, dim);
        return graph.node("Add", p + "output", List.of(attended, outer));
    }

    private String heads(String input, String name, String shape, List<Long> order) {
        String split = graph.node("Reshape", name + ".split", List.of(input, shape));
        return graph.node("Transpose", name, List.of(split), longsAttribute("perm", order));
    }

    /** The exact form, {@code x / 2 * (1 + erf(x / sqrt 2))}; opset 17 has no Gelu of its own. */
    private String gelu(String input, String p) {
        String root = graph.floats(p + "gelu.root", new float[] {(float) Math.sqrt(2)}, 1);
        String one = graph.floats(p + "gelu.one", new float[] {1}, 1);
        String half = graph.floats(p + "gelu.half", new float[] {0.5f}, 1);
        String scaled = graph.node("Div", p + "gelu.scaled", List.of(input, root));
        String erf = graph.node("Erf", p + "gelu.erf", List.of(scaled));
        String shifted = graph.node("Add", p + "gelu.shifted", List.of(erf, one));
        String product = graph.node("Mul", p + "gelu.product", List.of(input, shifted));
        return graph.node("Mul", p + "gelu", List.of(product, half));
    }
}
