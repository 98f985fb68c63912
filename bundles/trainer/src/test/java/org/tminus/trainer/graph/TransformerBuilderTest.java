/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxModel;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.trainer.export.OnnxGraph;

class TransformerBuilderTest {
    private static final TransformerConfig CONFIG = Chases.config(5, 3, 4, 12, 3, 24);

    @Test
    void layersAreFoundAndCanBeSkipped() throws Exception {
        GraphAnalysis analysis = GraphAnalysis.analyze(TransformerBuilder.build(CONFIG));

        assertThat(analysis.obstacle()).isEmpty();
        assertThat(analysis.layers()).hasSize(4).allMatch(GraphAnalysis.Layer::skippable);
        assertThat(analysis.layers().get(0).input()).isEqualTo("stem.output");
        assertThat(analysis.layers().get(3).output()).isEqualTo("layer.3.output");
        assertThat(analysis.signature().outputs().get(0)).hasToString("logits: float32 [batch, 5]");
    }

    @Test
    void onnxRuntimeRunsIt() {
        byte[] model = TransformerBuilder.build(CONFIG).toBytes();
        float[] logits = Ort.run(
                        model,
                        new Chases(5, 3, 7, 1).inputs(IntStream.range(0, 7).toArray()))
                .get("logits");

        assertThat(logits).hasSize(7 * 5).doesNotContain(Float.NaN);
    }

    @Test
    void tilesOfAPictureAreTokens() throws Exception {
        Stem.Tiles stem = new Stem.Tiles(3, 2, 3, 4);
        byte[] bytes = TransformerBuilder.build(new TransformerConfig(4, 12, 3, 24, stem, 5, 1))
                .toBytes();
        GraphAnalysis analysis = GraphAnalysis.analyze(OnnxModel.read(bytes));

        assertThat(analysis.obstacle()).isEmpty();
        assertThat(analysis.layers()).hasSize(4).allMatch(GraphAnalysis.Layer::skippable);
        assertThat(analysis.layers().get(0).input()).isEqualTo("stem.output");
        assertThat(analysis.signature().inputs().get(0)).hasToString("pixels: float32 [batch, 3, 8, 12]");
        OnnxGraph shown = OnnxGraph.extending(ModelProto.parseFrom(bytes));
        shown.output("stem.flat", "batch", 6, 48);
        shown.output("stem.tokens", "batch", 6, 12);
        float[] pixels = new float[2 * 3 * 8 * 12];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = i % 7 * i;
        }
        Map<String, float[]> values =
                Ort.run(shown.toBytes(Map.of()), Map.of("pixels", HostTensor.ofFloats(Shape.of(2, 3, 8, 12), pixels)));

        // Second picture, second row of tiles, third tile, last channel, second line, first pixel.
        assertThat(values.get("stem.flat")[(6 + 5) * 48 + 2 * 16 + 4]).isEqualTo(pixels[((3 + 2) * 8 + 5) * 12 + 8]);
        assertThat(values.get("logits")).hasSize(2 * 5).doesNotContain(Float.NaN);
        double squares = 0;
        for (float value : values.get("stem.tokens")) {
            squares += value * value / (2 * 6 * 12);
        }
        assertThat(squares).isBetween(0.4, 1.6);
    }

    @Test
    void theSeedDecides() {
        OnnxModel same = TransformerBuilder.build(CONFIG);

        assertThat(same.toBytes()).isEqualTo(TransformerBuilder.build(CONFIG).toBytes());
        assertThat(same.toBytes())
                .isNotEqualTo(TransformerBuilder.build(CONFIG.withSeed(2)).toBytes());
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatThrownBy(() -> new TransformerConfig(2, 10, 3, 8, new Stem.Tables(List.of(4)), 2, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no multiple of 3 heads");
        assertThatThrownBy(() -> new Stem.Tables(List.of(4, 0))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Stem.Tiles(1, 2, 0, 4)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void prefixesAreModels() throws Exception {
        OnnxModel model = TransformerBuilder.build(CONFIG);
        OnnxModel prefix = PrefixModel.cut(model, 2);

        assertThat(GraphAnalysis.analyze(prefix).layers()).hasSize(2);
        assertThat(prefix.outputs()).hasToString("[logits: float32 [batch, 5]]");
        var inputs = new Chases(5, 3, 7, 1).inputs(new int[] {0, 1});
        assertThat(Ort.run(PrefixModel.cut(model, 4).toBytes(), inputs).get("logits"))
                .containsExactly(Ort.run(model.toBytes(), inputs).get("logits"));
        assertThatThrownBy(() -> PrefixModel.cut(model, 5)).isInstanceOf(IllegalArgumentException.class);
    }
}
