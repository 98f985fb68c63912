/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.PathGraphs;
import org.tminus.onnx.PathSpec;
import org.tminus.trainer.Progress;
import org.tminus.trainer.ProgressListener;

class GraphDistillationTest {
    private static final int NODES = 4;
    private static final int HOPS = 2;

    @TempDir
    Path folder;

    private static OnnxModel chaser(int layers) {
        return TransformerBuilder.build(Chases.config(NODES, HOPS, layers, 16, 2, 32));
    }

    private static GraphOptions quick(int epochs) {
        return GraphOptions.of(epochs, 32, 5).withLearningRates(3e-3, 3e-3).withWarmUpSteps(10);
    }

    private static GraphTask chase(int trunk, GraphOptions options) {
        return GraphTask.classifier("chase", chaser(3), Chases.data(NODES, HOPS, trunk, 200), options);
    }

    private GraphTrunk train(GraphTask task) throws IOException, OnnxFormatException {
        return train(task, "run");
    }

    private GraphTrunk train(GraphTask task, String name) throws IOException, OnnxFormatException {
        GraphTrunk trunk = GraphDistillation.train(task, folder.resolve(name), () -> false, ProgressListener.NONE);
        assertThat(trunk).isNotNull();
        return trunk;
    }

    @Test
    void whatIsExportedAnswersAsItWasJudged() throws Exception {
        GraphOptions options =
                quick(3).withLosses(PathLosses.DEFAULT.withSubsets(0.3, 0.3).withEarly(0.1));
        GraphTask task = chase(3200, options);
        GraphTrunk trunk = train(task);

        assertThat(trunk.decisionAccuracy()).hasSize(3);
        // A quarter would be luck.
        assertThat(trunk.fullAccuracy()).isGreaterThan(0.5);
        Examples decision = task.data().open(Split.DECISION);
        OnnxModel model = OnnxModel.read(trunk.model());
        assertThat(accuracy(trunk.model(), decision)).isCloseTo(trunk.fullAccuracy(), within(0.01));

        GraphAnalysis analysis = GraphAnalysis.analyze(model);
        assertThat(analysis.layers()).hasSize(3);
        OnnxModel exits = OnnxModel.read(trunk.exits());
        for (int exit = 1; exit <= 2; exit++) {
            byte[] path = exitPath(model, exits, analysis, exit);
            assertThat(accuracy(path, decision))
                    .isCloseTo(trunk.decisionAccuracy().get(exit - 1), within(0.01));
        }
        assertThat(trunk.change().applyTo(task.model())).hasSameSizeAs(trunk.model());
    }

    private static byte[] exitPath(OnnxModel model, OnnxModel exits, GraphAnalysis analysis, int exit)
            throws OnnxFormatException {
        List<PathSpec.LayerSpec> layers = analysis.layers().subList(0, exit).stream()
                .map(layer -> new PathSpec.LayerSpec(layer.id(), layer.input(), layer.output()))
                .toList();
        GraphAnalysis.Stem stem = analysis.stem().orElseThrow();
        String output = model.outputs().get(0).name();
        return PathGraphs.of(model, exits)
                .compose(new PathSpec(
                        stem.output(),
                        stem.sideValues(),
                        layers,
                        new PathSpec.ExitSpec(
                                "exit." + exit,
                                false,
                                "exit." + exit + ".hidden",
                                Map.of(output, "exit." + exit + "." + output))))
                .toBytes();
    }

    private static double accuracy(byte[] model, Examples data) {
        int[] rows = IntStream.range(0, data.size()).toArray();
        float[] logits = Ort.run(model, data.inputs(rows)).values().iterator().next();
        int width = logits.length / rows.length;
        int right = 0;
        for (int row : rows) {
            int best = 0;
            for (int c = 1; c < width; c++) {
                best = logits[row * width + c] > logits[row * width + best] ? c : best;
            }
            right += best == data.label(row) ? 1 : 0;
        }
        return (double) right / rows.length;
    }

    @Test
    void stoppedAndResumedIsAsIfNeverStopped() throws Exception {
        GraphTask task = chase(320, quick(2));
        GraphTrunk whole = train(task, "whole");

        Path parts = folder.resolve("parts");
        for (int stop : new int[] {3, 12}) {
            AtomicInteger steps = new AtomicInteger();
            assertThat(GraphDistillation.train(
                            task, parts, () -> steps.incrementAndGet() == stop, ProgressListener.NONE))
                    .isNull();
        }
        List<Progress> seen = new ArrayList<>();
        GraphTrunk resumed = GraphDistillation.train(task, parts, () -> false, new ProgressListener() {
            @Override
            public void progress(Progress progress) {
                seen.add(progress);
            }

            @Override
            public void message(String text) {}
        });

        assertThat(resumed).isNotNull();
        assertThat(resumed.model()).isEqualTo(whole.model());
        assertThat(resumed.exits()).isEqualTo(whole.exits());
        assertThat(resumed.decisionAccuracy()).isEqualTo(whole.decisionAccuracy());
        assertThat(seen).hasSize(20 - 15);
        assertThat(seen.get(4).remaining()).isZero();
    }

    @Test
    void refusesACheckpointOfAnotherRun() throws Exception {
        train(chase(64, quick(1)));

        assertThatThrownBy(() -> train(chase(64, quick(1).withWeightDecay(0.5))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("other options or data");
    }

    @Test
    void refusesADamagedCheckpoint() throws Exception {
        GraphTask task = chase(64, quick(1));
        train(task);
        Path file = folder.resolve("run").resolve("trunk.checkpoint");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> train(task)).isInstanceOf(IOException.class).hasMessageContaining("damaged");
        Files.write(file, Arrays.copyOf(bytes, 2000));
        assertThatThrownBy(() -> train(task)).isInstanceOf(IOException.class).hasMessageContaining("damaged");
    }

    @Test
    void theNumberOfThreadsChangesNothing() throws Exception {
        GraphTrunk one = train(chase(160, quick(1).withThreads(1)), "one");
        GraphTrunk two = train(chase(160, quick(1).withThreads(2)), "two");

        assertThat(two.model()).isEqualTo(one.model());
        assertThat(two.exits()).isEqualTo(one.exits());
    }

    @Test
    void bfloat16LearnsAsWellAndIsJudgedInFloat32() throws Exception {
        GraphTask task = chase(3200, quick(3).withPrecision(Precision.BFLOAT16));
        GraphTrunk trunk = train(task);

        assertThat(trunk.fullAccuracy()).isGreaterThan(0.5);
        assertThat(accuracy(trunk.model(), task.data().open(Split.DECISION))).isEqualTo(trunk.fullAccuracy());
    }

    @Test
    void refusesACheckpointOfAnotherPrecision() throws Exception {
        train(chase(64, quick(1)));

        assertThatThrownBy(() -> train(chase(64, quick(1).withPrecision(Precision.BFLOAT16))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("other options or data")
                .hasMessageContaining("bfloat16");
    }

    @Test
    void aLossThatIsNoNumberEndsTraining() {
        assertThatThrownBy(() -> train(chase(640, quick(1).withLearningRates(1e30, 1e30))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("not finite")
                .hasMessageContaining("lower learning rate");
    }

    @Test
    void refusesBatchesThatNeverFill() {
        assertThatThrownBy(() -> train(chase(31, quick(1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("31");
    }

    private static GraphTask sentences(TaskData.Access data, Trainable trainable) throws OnnxFormatException {
        OnnxModel model = Classifier.attach(TinyBert.build(3), Pooling.MEAN, 2, 4);
        GraphOptions options = quick(3).withLearningRates(1e-2, 1e-2).withTrainable(trainable);
        return GraphTask.classifier("sentences", model, data, options);
    }

    @Test
    void aLowRankChangeIsAllThatDiffers() throws Exception {
        GraphTask task = sentences(Sentences.data(640, 200, true), Trainable.lowRank(2));
        GraphTrunk trunk = train(task);

        Path file = folder.resolve("change");
        trunk.change().save(file);
        assertThat(Change.load(file).applyTo(task.model())).isEqualTo(trunk.model());
        Examples decision = task.data().open(Split.DECISION);
        assertThat(accuracy(trunk.model(), decision)).isCloseTo(trunk.fullAccuracy(), within(0.02));
        assertThat(trunk.fullAccuracy()).isGreaterThan(0.6);

        assertThat(changed(task.model(), trunk))
                .contains(
                        "layer.0.query.weight", "layer.2.outer.weight", "layer.1.norm1.scale", "classifier.head.weight")
                .doesNotContain("word.table", "position.table", "layer.0.root", "one", "low");
    }

    /** Names of the weights that differ. */
    private static List<String> changed(OnnxModel before, GraphTrunk after) throws OnnxFormatException {
        OnnxSource old = OnnxSource.of(before);
        OnnxSource fresh = OnnxSource.of(OnnxModel.read(after.model()));
        return old.initializers().values().stream()
                .filter(tensor -> !fresh.initializers().get(tensor.getName()).equals(tensor))
                .map(TensorProto::getName)
                .toList();
    }

    @Test
    void exitsReadTheMask() throws Exception {
        GraphTask task = sentences(Sentences.data(64, 64, true), Trainable.lowRank(2));
        GraphTrunk trunk = train(task);
        OnnxModel model = OnnxModel.read(trunk.model());
        byte[] path = exitPath(model, OnnxModel.read(trunk.exits()), GraphAnalysis.analyze(model), 1);
        Examples decision = task.data().open(Split.DECISION);
        int[] all = IntStream.range(0, 20).toArray();
        float[] together = Ort.run(path, decision.inputs(all)).get("logits");

        for (int row : all) {
            // Alone, nothing is padded.
            float[] alone = Ort.run(path, decision.inputs(new int[] {row})).get("logits");
            assertThat(Arrays.copyOfRange(together, 2 * row, 2 * row + 2)).containsExactly(alone, within(1e-4f));
        }
    }

    @Test
    void headsAloneLeaveTheModelAsItCame() throws Exception {
        GraphTask task = sentences(Sentences.data(160, 64, true), Trainable.heads());

        assertThat(changed(task.model(), train(task))).isEmpty();
    }

    @Test
    void withoutEmbeddingsTablesStay() throws Exception {
        GraphTask task = sentences(Sentences.data(160, 64, true), Trainable.allButEmbeddings());

        assertThat(changed(task.model(), train(task)))
                .contains("layer.0.query.weight", "embedding.norm.scale")
                .doesNotContain("word.table", "position.table");
    }

    @Test
    void aPupilLearnsFromItsTeacherWithoutLabels() throws Exception {
        TaskData.Access labelled = Sentences.data(640, 200, true);
        GraphTrunk teacher = train(sentences(labelled, Trainable.all()), "teacher");
        TaskData.Access silent = Sentences.data(640, 200, false);
        SoftAnswers answers = SoftAnswers.of(OnnxModel.read(teacher.model()), silent.open(Split.TRUNK), 2);
        OnnxModel shallow = PrefixModel.cut(sentences(labelled, Trainable.all()).model(), 1);
        assertThat(GraphAnalysis.analyze(shallow).layers()).hasSizeLessThanOrEqualTo(1);

        GraphTrunk pupil = train(
                GraphTask.pupil("pupil", shallow, silent, answers, quick(3).withLearningRates(1e-2, 1e-2)), "pupil");

        assertThat(pupil.exits()).isNull();
        assertThat(pupil.decisionAccuracy()).hasSize(1);
        assertThat(pupil.fullAccuracy()).isGreaterThan(0.6);
        assertThat(accuracy(pupil.model(), silent.open(Split.DECISION))).isCloseTo(pupil.fullAccuracy(), within(0.02));
    }

    @Test
    void aTeacherOfOtherDataIsRefused() throws Exception {
        TaskData.Access data = Sentences.data(64, 64, true);
        GraphTask task = sentences(data, Trainable.all());
        SoftAnswers answers = SoftAnswers.of(task.model(), data.open(Split.DECISION), 1);
        TaskData.Access other = Sentences.data(96, 64, true);

        assertThatThrownBy(() -> train(GraphTask.pupil("pupil", task.model(), other, answers, quick(1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("64");
    }

    @Test
    void aShortEncoderLearnsWhereTheEmbeddingsOfADeepOnePoint() throws Exception {
        OnnxModel deep = Classifier.attach(TinyBert.build(3), Pooling.MEAN, TinyBert.DIM, 4);
        TaskData.Access data = Sentences.data(640, 100, false);
        SoftAnswers teacher = SoftAnswers.of(deep, data.open(Split.TRUNK), 2);
        SoftAnswers judge = SoftAnswers.of(deep, data.open(Split.DECISION), 2);
        OnnxModel shallow = PrefixModel.cut(deep, 1);

        GraphTrunk before = train(
                GraphTask.embedder("pupil", shallow, data, teacher, judge, quick(1).withLearningRates(0, 0)), "before");
        GraphTrunk after = train(
                GraphTask.embedder("pupil", shallow, data, teacher, judge, quick(3).withLearningRates(1e-2, 1e-2)),
                "after");

        assertThat(after.exits()).isNull();
        assertThat(after.fullAccuracy()).isGreaterThan(before.fullAccuracy() + 0.1);
    }

    @Test
    void exitsLearnWhereEmbeddingsPoint() throws Exception {
        OnnxModel model = Classifier.attach(TinyBert.build(3), Pooling.MEAN, TinyBert.DIM, 4);
        TaskData.Access data = Sentences.data(640, 100, false);
        GraphOptions options = quick(3).withTrainable(Trainable.heads());
        GraphTask task = new GraphTask("embedding", model, data, Objective.EMBEDDING, true, null, null, null, options);
        GraphTask untrained = new GraphTask(
                "embedding", model, data, Objective.EMBEDDING, true, null, null, null, options.withLearningRates(0, 0));

        GraphTrunk before = train(untrained, "before");
        GraphTrunk after = train(task, "after");

        assertThat(after.fullAccuracy()).isCloseTo(1, within(1e-4));
        for (int exit = 0; exit < 2; exit++) {
            assertThat(after.decisionAccuracy().get(exit))
                    .isGreaterThan(before.decisionAccuracy().get(exit) + 0.1);
        }
    }
}
