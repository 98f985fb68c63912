/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtEnvironment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.measure.Engine;
import org.tminus.evaluation.measure.Engines;
import org.tminus.evaluation.measure.OnnxRuntimeEngine;
import org.tminus.evaluation.measure.Server;
import org.tminus.learning.data.Examples;
import org.tminus.onnxruntime.OnnxRuntimes;
import org.tminus.tensor.HostTensor;
import org.tminus.trainer.export.OnnxGraph;
import org.tminus.trainer.export.VitExporter;
import org.tminus.trainer.vit.VitConfig;
import org.tminus.trainer.vit.VitParameters;

class EnginesTest {
    private static final VitConfig SHAPE = new VitConfig(32, 3, 8, 2, 16, 2, 32, 50, false);

    private final Examples pictures = RandomExamples.pictures(VitExporter.INPUT, 3, 32, 7);

    private static Path model(Path folder) throws Exception {
        VitParameters parameters = new VitParameters(SHAPE);
        byte[] model = new VitExporter(parameters, parameters.initialise(3), Map.of()).model();
        return Files.write(folder.resolve("model.onnx"), model);
    }

    @Test
    void allAreFound() {
        assertThat(Engines.all()).extracting(Engine::name).containsExactly("onnxruntime", "djl", "libtorch");
    }

    @Test
    void allAnswerTheSameInEverySettingToSeveralClients(@TempDir Path folder) throws Exception {
        Path model = model(folder);
        int[] expected = answers(new OnnxRuntimeEngine(), model, "one thread");
        for (Engine engine : Engines.all()) {
            assertThat(engine.settings()).hasSizeGreaterThan(1);
            for (String setting : engine.settings()) {
                assertThat(answers(engine, model, setting))
                        .as("%s, %s", engine.name(), setting)
                        .isEqualTo(expected);
            }
            assertThat(engine.version()).containsPattern("[0-9]+[.][0-9]+");
        }
        assertThat(expected).doesNotHaveDuplicates();
    }

    private int[] answers(Engine engine, Path model, String setting) throws Exception {
        engine.load();
        ExecutorService clients = Executors.newFixedThreadPool(3);
        try (Server server = engine.open(model, setting)) {
            List<Future<Integer>> answers = new ArrayList<>();
            for (int row : new int[] {0, 1, 2, 3}) {
                Map<String, HostTensor> inputs = pictures.inputs(new int[] {row});
                answers.add(clients.submit(
                        (Callable<Integer>) () -> server.answer(inputs, row).label()));
            }
            int[] labels = new int[answers.size()];
            for (int i = 0; i < labels.length; i++) {
                labels[i] = answers.get(i).get();
            }
            return labels;
        } finally {
            clients.shutdownNow();
        }
    }

    @Test
    void theEnvironmentStaysThatOfThePlatform() throws Exception {
        OrtEnvironment ours = OnnxRuntimes.standalone().environment();
        new DjlEngine().load();
        new DjlEngine().load();

        assertThat(OrtEnvironment.getEnvironment()).isSameAs(ours);
    }

    @Test
    void whatAModelLacksOnALibraryIsSaid(@TempDir Path folder) throws Exception {
        OnnxGraph graph = new OnnxGraph("strange");
        graph.input("x", "batch", 4);
        graph.node("Hardmax", "y", List.of("x"));
        graph.output("y", "batch", 4);
        Path model = Files.write(folder.resolve("model.onnx"), graph.toBytes(Map.of()));
        TorchEngine torch = new TorchEngine();
        torch.load();

        assertThatThrownBy(() -> torch.open(model, torch.settings().get(0)))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("Hardmax");
        Path broken = Files.write(folder.resolve("broken.onnx"), new byte[] {1, 2, 3});
        DjlEngine djl = new DjlEngine();
        djl.load();
        assertThatThrownBy(() -> djl.open(broken, djl.settings().get(0))).isInstanceOf(EvaluationException.class);
    }
}
