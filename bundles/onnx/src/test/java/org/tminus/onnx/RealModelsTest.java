/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tminus.onnx.GraphAnalysis.Layer;
import org.tminus.onnx.Ort.Tensor;

/** Public encoders that nobody made for this project, two of them quantised. */
class RealModelsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "/bge-small-en.onnx, 12, float32, 7090000, 7110000",
        "/all-minilm-l6-v2.onnx, 6, float32, 7090000, 7110000",
        "/bge-small-en-q.onnx, 12, quantised, 1800000, 1810000",
        "/all-minilm-l6-v2-q.onnx, 6, quantised, 1800000, 1810000"
    })
    void layersAreFoundAndSegmentsAreTheModel(
            String resource, int layers, String precision, long leastBytes, long mostBytes) throws Exception {
        byte[] bytes;
        try (InputStream in = Objects.requireNonNull(RealModelsTest.class.getResourceAsStream(resource))) {
            bytes = in.readAllBytes();
        }
        OnnxModel model = OnnxModel.read(bytes);
        GraphAnalysis analysis = GraphAnalysis.analyze(model);

        assertThat(analysis.layers()).hasSize(layers).allMatch(Layer::skippable);
        assertThat(analysis.layers())
                .allSatisfy(layer -> assertThat(layer.blocks()).hasSize(2));
        assertThat(analysis.notes()).isEmpty();
        assertThat(analysis.precision()).hasToString(precision);
        assertThat(analysis.hidden().orElseThrow().jsonShape()).containsExactly("batch_size", "sequence_length", 384L);
        Signature.Sequence sequence =
                Objects.requireNonNull(analysis.signature().sequence());
        assertThat(sequence.maximum()).hasValue(512);
        double sum = analysis.stem().orElseThrow().cost().flops().at(100)
                + analysis.tail().orElseThrow().cost().flops().at(100);
        for (Layer layer : analysis.layers()) {
            sum += layer.cost().flops().at(100);
            // Four projections and two of the feed-forward net for each token; scores and mixing for each pair.
            double products = 2.0 * (4 * 384 * 384 + 2 * 384 * 1536) * 100 + 2.0 * 2 * 384 * 100 * 100;
            assertThat(layer.cost().flops().at(100)).isBetween(products, 1.05 * products);
            assertThat(layer.cost().weightBytes()).isBetween(leastBytes, mostBytes);
        }
        assertThat(sum).isCloseTo(analysis.total().flops().at(100), within(1.0));

        PathGraphs graphs = PathGraphs.of(model);
        Map<String, Tensor> inputs = new HashMap<>(SegmentsTest.tokens(2, 11, 30_000, 7));
        inputs.put("token_type_ids", new Tensor(new long[22], new long[] {2, 11}));
        PathSpec full = Chains.path(analysis, analysis.layers(), Chains.tail(analysis));
        Tensor whole = Ort.run(bytes, inputs).get("last_hidden_state");
        assertThat(Ort.difference(whole, Chains.run(graphs, full, inputs).get("last_hidden_state")))
                .isLessThanOrEqualTo(1e-5);
        assertThat(Ort.difference(
                        whole, Ort.run(graphs.compose(full).toBytes(), inputs).get("last_hidden_state")))
                .isLessThanOrEqualTo(1e-5);

        SegmentGraph composed = graphs.compose(full);
        SegmentGraph folded = composed.folded().orElseThrow();
        boolean real = graphs.precision().isFloat32();
        // Three products and biases before attention, one product after it, two of the feed-forward net with its GELU,
        // two
        // sums with their norms; where products are of whole numbers, rounding and scaling besides.
        assertThat(folded.operatorCount())
                .isLessThan(real ? 20 * layers + 40 : Math.min(52 * layers, composed.operatorCount() - 20 * layers));
        // With the runtime's own optimisations, as it is served: without them both round their norms differently, and a
        // whole
        // number that falls on its other side moves all that follow.
        assertThat(Ort.difference(optimised(bytes, inputs), optimised(folded.toBytes(), inputs)))
                .isLessThanOrEqualTo(1e-5);
        assertThat(Ort.difference(
                        whole,
                        Chains.runStretches(graphs, full, inputs, new Random(layers))
                                .get("last_hidden_state")))
                .isLessThanOrEqualTo(1e-5);

        List<Layer> all = analysis.layers();
        List<Layer> some = List.of(all.get(0), all.get(2), all.get(layers - 2));
        PathSpec path = Chains.path(analysis, some, Chains.tail(analysis));
        Tensor chained = Chains.run(graphs, path, inputs).get("last_hidden_state");
        assertThat(Ort.difference(
                        chained, Ort.run(graphs.compose(path).toBytes(), inputs).get("last_hidden_state")))
                .isLessThanOrEqualTo(1e-5);
        assertThat(Ort.difference(whole, chained))
                .as("skipping layers changes the result")
                .isGreaterThan(1e-3);
    }

    private Tensor optimised(byte[] model, Map<String, Tensor> inputs) throws Exception {
        Tensor answer = Ort.run(Files.write(folder.resolve("model.onnx"), model), inputs)
                .get("last_hidden_state");
        return Objects.requireNonNull(answer);
    }
}
