/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.model.AdaptiveModel;
import org.tminus.models.format.ModelPackage;
import org.tminus.trainer.FewerBits;
import org.tminus.trainer.decide.Point;
import org.tminus.trainer.export.OnnxGraph;
import org.tminus.trainer.graph.Stem;
import org.tminus.trainer.graph.TransformerBuilder;
import org.tminus.trainer.graph.TransformerConfig;
import org.tminus.trainer.pack.ModelGraphs;
import org.tminus.trainer.pack.ModelWriter;

class RegraphTest {
    private static final int WIDTH = 32;

    @TempDir
    Path folder;

    private byte[] graph = {};
    private Path model = Path.of("");

    @BeforeEach
    void write() throws Exception {
        TransformerConfig config = new TransformerConfig(3, WIDTH, 2, 64, new Stem.Tables(List.of(30, 30, 30)), 3, 1);
        graph = TransformerBuilder.build(config).toBytes();
        OnnxGraph heads = new OnnxGraph("exits");
        for (int layer = 1; layer < 3; layer++) {
            String hidden = "exit." + layer + ".hidden";
            heads.input(hidden, "batch", 3, WIDTH);
            String flat = heads.node("Flatten", "flat." + layer, List.of(hidden));
            String weights = heads.floats("head." + layer, new float[3 * WIDTH * 3], 3 * WIDTH, 3);
            heads.node("MatMul", "exit." + layer + ".logits", List.of(flat, weights));
            heads.output("exit." + layer + ".logits", "batch", 3);
        }
        Path entries = Files.createDirectory(folder.resolve("entries"));
        ModelWriter writer = new ModelWriter(
                entries,
                ModelGraphs.of(graph, heads.toBytes(Map.of())),
                new ModelWriter.Header("tiny", "1.2.3", "for a test", "Apache-2.0", "first", 9));
        writer.writeGraphs();
        writer.writeDescription(
                new ModelWriter.Decided(
                        List.of(new MenuPath(List.of(0), 0), new MenuPath(List.of(0, 1, 2), 2)),
                        null,
                        List.of(),
                        List.of(new Point("half", "fixed", Map.of("depth", 1), 0.5, 0.9)),
                        "half",
                        100,
                        0.95),
                null,
                new ModelWriter.Provenance("", "data", "", "", 1, "", Map.of(), Map.of()));
        model = folder.resolve("tiny.tminus");
        ModelPackage.pack(entries, model);
    }

    private static JsonNode description(Path file) throws Exception {
        try (ModelPackage opened = ModelPackage.open(file);
                InputStream in = opened.read("model.json")) {
            return new ObjectMapper().readTree(in.readAllBytes());
        }
    }

    private Regraph.Result regraph(byte[] other, Path output) throws IOException {
        return Regraph.write(model, Files.write(folder.resolve("other.onnx"), other), null, output);
    }

    @Test
    void aQuantisedGraphKeepsExitsAndMenuAndCostsWhatItCosts() throws Exception {
        byte[] before = Files.readAllBytes(model);
        Path output = folder.resolve("small.tminus");

        Regraph.Result result = regraph(FewerBits.quantised(graph), output);

        assertThat(result.precision()).hasToString("quantised");
        assertThat(result.weightsAfter()).isLessThan(result.weightsBefore() * 4 / 10);
        assertThat(Files.readAllBytes(model)).isEqualTo(before);
        assertThat(folder)
                .isDirectoryNotContaining(path -> path.getFileName().toString().startsWith("regraph"));
        JsonNode old = description(model);
        JsonNode now = description(output);
        assertThat(now.path("version").asText()).isEqualTo("1.2.3.quantised");
        assertThat(now.path("certificate").isNull()).isTrue();
        assertThat(now.path("operatingPoints").path(0).path("accuracy").isNull())
                .isTrue();
        for (String same : List.of("menu", "signature", "hidden", "defaultOperatingPoint", "name")) {
            assertThat(now.path(same)).as(same).isEqualTo(old.path(same));
        }
        for (int layer = 0; layer < 3; layer++) {
            JsonNode cost = now.path("layers").path(layer).path("cost");
            JsonNode former = old.path("layers").path(layer).path("cost");
            assertThat(cost.path("weightBytes").asLong())
                    .isLessThan(former.path("weightBytes").asLong() * 4 / 10);
            assertThat(cost.path("flops").path(0).asLong())
                    .isGreaterThan(former.path("flops").path(0).asLong());
        }
        assertThat(now.path("exits").path(0).path("cost"))
                .isEqualTo(old.path("exits").path(0).path("cost"));
        Path extracted = folder.resolve("extracted");
        try (ModelPackage opened = ModelPackage.open(output)) {
            opened.extract(extracted);
        }
        AdaptiveModel loaded = ModelPackage.load(extracted);
        assertThat(loaded.layers()).hasSize(3);
        assertThat(loaded.menu()).hasSize(2);
    }

    @Test
    void aVersionCanBeNamed() throws Exception {
        Path output = folder.resolve("small.tminus");
        Path other = Files.write(folder.resolve("other.onnx"), FewerBits.halved(graph));

        assertThat(Regraph.write(model, other, "2.0.0", output).precision()).hasToString("bfloat16");
        assertThat(description(output).path("version").asText()).isEqualTo("2.0.0");
    }

    @Test
    void theGraphOfAnotherModelIsRefusedByWhatItLacks() throws Exception {
        ModelProto.Builder renamed = ModelProto.parseFrom(graph).toBuilder();
        String state = description(model).path("layers").path(1).path("output").asText();
        for (NodeProto.Builder node : renamed.getGraphBuilder().getNodeBuilderList()) {
            for (int i = 0; i < node.getInputCount(); i++) {
                node.setInput(i, node.getInput(i).equals(state) ? "other" : node.getInput(i));
            }
            for (int i = 0; i < node.getOutputCount(); i++) {
                node.setOutput(i, node.getOutput(i).equals(state) ? "other" : node.getOutput(i));
            }
        }
        Path output = folder.resolve("small.tminus");

        assertThatThrownBy(() -> regraph(renamed.build().toByteArray(), output))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("other.onnx is no graph of this model")
                .hasMessageContaining("'" + state + "'")
                .hasMessageContaining("QuantizeLinear");
        assertThat(output).doesNotExist();
    }

    @Test
    void otherInputsAreRefused() throws Exception {
        ModelProto.Builder wide = ModelProto.parseFrom(graph).toBuilder();
        wide.getGraphBuilder()
                .getInputBuilder(0)
                .getTypeBuilder()
                .getTensorTypeBuilder()
                .setElemType(6);

        assertThatThrownBy(() -> regraph(wide.build().toByteArray(), folder.resolve("small.tminus")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("int32")
                .hasMessageContaining("int64");
    }
}
