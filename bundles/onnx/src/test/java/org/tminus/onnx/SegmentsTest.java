/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.tminus.onnx.GraphAnalysis.Layer;
import org.tminus.onnx.Ort.Tensor;
import org.tminus.onnx.PathSpec.ExitSpec;
import org.tminus.onnx.TestModels.Size;

/** Segments in a row and composed graphs compute what the whole model computes. */
class SegmentsTest {
    private static final double TOLERANCE = 1e-5;

    @Property(tries = 15)
    void chainOfAPreNormModelIsTheModel(
            @ForAll @IntRange(min = 2, max = 5) int layers,
            @ForAll @IntRange(min = 1, max = 3) int heads,
            @ForAll @IntRange(min = 2, max = 6) int headDim,
            @ForAll @IntRange(min = 3, max = 17) int feedForward,
            @ForAll @IntRange(min = 1, max = 3) int batch,
            @ForAll long seed)
            throws Exception {
        Size size = new Size(layers, heads, headDim, feedForward);
        byte[] bytes = TestModels.vit(size, seed).bytes();
        check(bytes, TestModels.exits(size, seed + 1).bytes(), layers, pixels(batch, seed), seed);
    }

    @Property(tries = 15)
    void chainOfAPostNormModelIsTheModel(
            @ForAll @IntRange(min = 2, max = 5) int layers,
            @ForAll @IntRange(min = 1, max = 3) int heads,
            @ForAll @IntRange(min = 2, max = 6) int headDim,
            @ForAll @IntRange(min = 3, max = 17) int feedForward,
            @ForAll @IntRange(min = 1, max = 3) int batch,
            @ForAll @IntRange(min = 1, max = 9) int length,
            @ForAll long seed)
            throws Exception {
        Size size = new Size(layers, heads, headDim, feedForward);
        check(TestModels.encoder(size, seed).bytes(), null, layers, tokens(batch, length, 50, seed), seed);
    }

    private static void check(byte[] bytes, byte[] exitBytes, int layers, Map<String, Tensor> inputs, long seed)
            throws Exception {
        OnnxModel model = OnnxModel.read(bytes);
        GraphAnalysis analysis = GraphAnalysis.analyze(model);
        assertThat(analysis.layers()).hasSize(layers).allMatch(Layer::skippable);
        PathGraphs graphs = PathGraphs.of(model, exitBytes == null ? null : OnnxModel.read(exitBytes));
        ExitSpec tail = Chains.tail(analysis);
        String output = tail.outputs().keySet().iterator().next();

        Map<String, Tensor> whole = Ort.run(bytes, inputs);
        PathSpec full = Chains.path(analysis, analysis.layers(), tail);
        assertThat(Ort.difference(
                        whole.get(output), Chains.run(graphs, full, inputs).get(output)))
                .as("chain of all segments")
                .isLessThanOrEqualTo(TOLERANCE);
        assertThat(Ort.difference(
                        whole.get(output),
                        Ort.run(graphs.compose(full).toBytes(), inputs).get(output)))
                .as("composed graph of all layers")
                .isLessThanOrEqualTo(TOLERANCE);

        Random random = new Random(seed);
        List<Layer> some = new ArrayList<>(analysis.layers());
        some.removeIf(layer -> random.nextBoolean());
        compare(graphs, Chains.path(analysis, some, tail), inputs, output);
        if (exitBytes != null) {
            int last = random.nextInt(layers);
            ExitSpec exit = new ExitSpec(
                    "exit." + last, false, "exit." + last + ".hidden", Map.of("logits", "exit." + last + ".logits"));
            some.removeIf(layer -> analysis.layers().indexOf(layer) > last);
            compare(graphs, Chains.path(analysis, some, exit), inputs, output);
        }
    }

    private static void compare(PathGraphs graphs, PathSpec path, Map<String, Tensor> inputs, String output)
            throws Exception {
        Tensor chained = Chains.run(graphs, path, inputs).get(output);
        SegmentGraph graph = graphs.compose(path);
        Tensor composed = Ort.run(graph.toBytes(), inputs).get(output);
        assertThat(Ort.difference(chained, composed)).as("path %s", path).isLessThanOrEqualTo(TOLERANCE);
        if (!path.layers().isEmpty()) {
            SegmentGraph folded = graph.folded().orElseThrow();
            assertThat(graph.operatorCount() - folded.operatorCount())
                    .as("operators that folding saves")
                    .isGreaterThanOrEqualTo(10 * path.layers().size());
            assertThat(Ort.difference(
                            composed, Ort.run(folded.toBytes(), inputs).get(output)))
                    .as("folded path %s", path)
                    // Its sums are in another order, which models of a few random numbers can make much of.
                    .isLessThanOrEqualTo(Precision.FLOAT32.tolerance());
        }
        if (!path.layers().isEmpty()) {
            Tensor stretched = Chains.runStretches(graphs, path, inputs).get(output);
            assertThat(Ort.difference(chained, stretched)).as("path %s", path).isLessThanOrEqualTo(TOLERANCE);
        }
    }

    static Map<String, Tensor> pixels(int batch, long seed) {
        Random random = new Random(seed);
        float[] pixels = new float[batch * 64];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.nextGaussian();
        }
        return Map.of("pixels", new Tensor(pixels, new long[] {batch, 1, 8, 8}));
    }

    static Map<String, Tensor> tokens(int batch, int length, int words, long seed) {
        Random random = new Random(seed);
        long[] ids = new long[batch * length];
        long[] mask = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = random.nextInt(words);
            mask[i] = i % length == 0 || random.nextInt(4) > 0 ? 1 : 0;
        }
        long[] shape = {batch, length};
        return Map.of("input_ids", new Tensor(ids, shape), "attention_mask", new Tensor(mask, shape));
    }
}
