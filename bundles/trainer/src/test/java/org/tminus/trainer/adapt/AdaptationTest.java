/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tminus.trainer.export.OnnxGraph.longsAttribute;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.evaluation.Evaluation;
import org.tminus.evaluation.EvaluationOptions;
import org.tminus.evaluation.EvaluationProgress;
import org.tminus.evaluation.EvaluationResult;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.AgreementRule;
import org.tminus.models.format.ModelPackage;
import org.tminus.onnx.OnnxModel;
import org.tminus.trainer.FewerBits;
import org.tminus.trainer.Progress;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.export.OnnxGraph;
import org.tminus.trainer.graph.Stem;
import org.tminus.trainer.graph.TransformerBuilder;
import org.tminus.trainer.graph.TransformerConfig;
import org.tminus.trainer.pipeline.Pipeline;
import org.tminus.trainer.pipeline.PipelineOptions.PolicyEffort;

class AdaptationTest {
    private static final int WORDS = 30;
    private static final TransformerConfig SMALL =
            new TransformerConfig(2, 16, 2, 32, new Stem.Tables(List.of(WORDS, WORDS, WORDS)), 3, 1);

    private static final Instant SINCE = Instant.parse("2026-01-31T00:00:00Z");

    @TempDir
    Path folder;

    private Path model;

    @BeforeEach
    void write() throws IOException {
        model = Files.write(
                folder.resolve("small.onnx"), TransformerBuilder.build(SMALL).toBytes());
    }

    private Path tokens(int rows) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            int first = row % WORDS;
            lines.add("{\"tokens\": [" + first + ", " + row / WORDS % WORDS + ", " + row * 7 % WORDS
                    + "], \"label\": \"" + "abc".charAt(first % 3) + "\"}");
        }
        return Files.write(folder.resolve("tokens.jsonl"), lines);
    }

    private Request request(Path data, LabelNames labels, String name) {
        return new Request(
                model,
                data,
                Optional.of(SINCE),
                labels,
                new Request.Text(null, "text", "label", Optional.empty(), 64),
                new Request.Picture(32),
                Request.Head.OWN,
                new Request.Training(2, 1, 1, PolicyEffort.NONE),
                folder.resolve(name + ".tminus"),
                folder.resolve(name + ".work"),
                "unknown",
                "./tminus adapt");
    }

    private static Adaptation prepared(Request request) throws IOException {
        return Adaptation.prepare(request, ProgressListener.NONE);
    }

    @Test
    void aModelThatWasStoppedOnTheWayIsTheSameAsOneThatWasNot() throws Exception {
        Path data = tokens(600);
        Adaptation adaptation = prepared(request(data, LabelNames.FROM_DATA, "whole"));
        assertThat(String.join("\n", adaptation.words()))
                .contains("2 layers", "3 classes", "layer.1", "always ending here costs", "a, b, c");
        ExpectedTime time = adaptation.expectedTime(ProgressListener.NONE, () -> false);
        assertThat(time).isNotNull();
        assertThat(time.weights()).isPositive();
        assertThat(time.paths()).isPositive();
        assertThat(time.policies()).isZero();
        assertThat(time.sentence()).contains("weights", "every path");
        assertThat(adaptation.isBegun()).isFalse();
        Pipeline.Result whole = adaptation.run(ProgressListener.NONE, () -> false);
        assertThat(whole).isNotNull();

        Request again = request(data, LabelNames.FROM_DATA, "whole")
                .withPlaces(folder.resolve("parts/whole.tminus"), folder.resolve("parts.work"));
        int[] asked = {0};
        assertThat(prepared(again).run(ProgressListener.NONE, () -> ++asked[0] > 6))
                .isNull();
        Adaptation second = prepared(again);
        assertThat(second.isBegun()).isTrue();
        List<String> messages = new ArrayList<>();
        Pipeline.Result resumed = second.run(
                new ProgressListener() {
                    @Override
                    public void progress(Progress progress) {}

                    @Override
                    public void message(String text) {
                        messages.add(text);
                    }
                },
                () -> false);
        assertThat(messages).anyMatch(text -> text.startsWith("goes on from step"));
        assertThat(resumed).isNotNull();
        assertThat(resumed.model()).hasSameBinaryContentAs(whole.model());
        try (ModelPackage file = ModelPackage.open(resumed.model())) {
            AdaptiveModel read = file.extract(folder.resolve("extracted"));
            assertThat(read.labels()).containsExactly("a", "b", "c");
            assertThat(read.exits()).hasSize(2);
        }
        EvaluationResult measured = measured(resumed.model(), data);
        assertThat(measured.rows()).anySatisfy(row -> {
            assertThat(row.kind()).isEqualTo("full");
            assertThat(row.accuracy()).isBetween(0.0, 1.0);
        });

        Request other = request(tokens(700), LabelNames.FROM_DATA, "whole");
        assertThatThrownBy(() -> prepared(other).run(ProgressListener.NONE, () -> false))
                .isInstanceOf(AdaptException.class)
                .hasMessageContainingAll("data was", "--work");
    }

    @Test
    void staticModelsThatWereStoppedOnTheWayAreTheSameAsThoseThatWereNot() throws Exception {
        Request request = request(tokens(600), LabelNames.FROM_DATA, "whole");
        Pipeline.Result result = prepared(request).run(ProgressListener.NONE, () -> false);
        assertThat(result).isNotNull();
        Path whole = folder.resolve("static");
        assertThat(statics(request, result.model(), whole, () -> false)).isTrue();

        Request again = request.withPlaces(request.output(), folder.resolve("parts.work"));
        Path parts = folder.resolve("parts");
        int[] asked = {0};
        assertThat(statics(again, result.model(), parts, () -> ++asked[0] > 12)).isFalse();
        assertThat(folder.resolve("parts.work/static-1/trunk.checkpoint")).exists();
        assertThat(parts.resolve("whole-static-1.onnx")).doesNotExist();
        assertThat(statics(again, result.model(), parts, () -> false)).isTrue();
        assertThat(parts.resolve("whole-static-1.onnx")).hasSameBinaryContentAs(whole.resolve("whole-static-1.onnx"));
        assertThat(whole.resolve("whole-static-2.onnx")).isNotEmptyFile();
    }

    private static boolean statics(Request request, Path finished, Path output, BooleanSupplier stop)
            throws IOException {
        return prepared(request).trainStatics(finished, List.of(1, 2), output, ProgressListener.NONE, stop);
    }

    @Test
    void aClassifierNeedsNoLabels() throws Exception {
        Adaptation adaptation = prepared(request(tokens(600), LabelNames.NONE, "bare"));
        assertThat(String.join("\n", adaptation.words())).contains("no labels", "disagreement");
        Pipeline.Result result = adaptation.run(ProgressListener.NONE, () -> false);
        assertThat(result).isNotNull();
        assertThat(result.fullDepthAccuracy()).isNaN();
        try (ModelPackage file = ModelPackage.open(result.model())) {
            AdaptiveModel read = file.extract(folder.resolve("extracted"));
            assertThat(read.labels()).isEmpty();
            assertThat(read.certificate().orElseThrow().agreement()).contains(AgreementRule.argmax());
            assertThat(read.certificate().orElseThrow().dataSince()).contains(SINCE);
        }
        EvaluationResult measured = measured(result.model(), folder.resolve("tokens.jsonl"));
        assertThat(measured.rows()).anySatisfy(row -> {
            assertThat(row.kind()).isEqualTo("full");
            assertThat(row.accuracy()).isNull();
        });
    }

    /** Measures on the test data, which nothing else opens. */
    private EvaluationResult measured(Path file, Path data) throws Exception {
        TaskData again = OwnData.read(folder.resolve("extracted"), data, ProgressListener.NONE);
        EvaluationOptions little = EvaluationOptions.standard()
                .withInputs(0, 0)
                .withDraws(100, 10, 10)
                .withMemory(false);
        EvaluationResult result = new Evaluation(file, again, little).run(EvaluationProgress.NONE);
        assertThat(result.notes()).noneMatch(note -> note.contains("other data") || note.contains("seed"));
        assertThat(again.openings()).anyMatch(opening -> opening.split() == Split.TEST);
        return result;
    }

    @Test
    void aModelThatAnswersNoNumbersIsRefused() throws Exception {
        ModelProto.Builder broken = ModelProto.parseFrom(Files.readAllBytes(model)).toBuilder();
        TensorProto.Builder weights = broken.getGraphBuilder().getInitializerBuilderList().stream()
                .filter(each -> each.getName().endsWith("weight") || each.getDimsCount() == 2)
                .findFirst()
                .orElseThrow();
        ByteBuffer numbers = ByteBuffer.allocate(weights.getRawData().size()).order(ByteOrder.LITTLE_ENDIAN);
        while (numbers.hasRemaining()) {
            numbers.putFloat(Float.NaN);
        }
        weights.setRawData(ByteString.copyFrom(numbers.flip()));
        Files.write(model, broken.build().toByteArray());
        Adaptation adaptation = prepared(request(tokens(300), LabelNames.FROM_DATA, "broken"));
        assertThatThrownBy(() -> adaptation.run(ProgressListener.NONE, () -> false))
                .isInstanceOf(AdaptException.class)
                .hasMessageContainingAll("not finite", "step 0", "no numbers");
    }

    @Test
    void aStateWithoutTokensIsRefusedBeforeTraining() throws Exception {
        OnnxGraph graph = new OnnxGraph("vectors");
        graph.input("x", "batch", 4);
        String state = graph.node("MatMul", "stem", List.of("x", graph.floats("w", new float[16], 4, 4)));
        for (int layer = 0; layer < 3; layer++) {
            String weights = graph.floats("w" + layer, new float[16], 4, 4);
            String made = graph.node(
                    "Relu", "r" + layer, List.of(graph.node("MatMul", "m" + layer, List.of(state, weights))));
            state = graph.node("Add", "h" + layer, List.of(state, made));
        }
        graph.node("MatMul", "logits", List.of(state, graph.floats("end", new float[12], 4, 3)));
        graph.output("logits", "batch", 3);
        Files.write(model, graph.toBytes(Map.of()));
        refused(tokens(100), LabelNames.FROM_DATA, "state between the layers", "[batch, 4]", "one token");
    }

    @Test
    void allOperatorsThatCannotBeTrainedAreNamedAtOnce() throws Exception {
        OnnxGraph graph = new OnnxGraph("odd");
        graph.input("x", "batch", 4, 4);
        String first = graph.node("Det", "first.det", List.of("x"));
        String second = graph.node("Unsqueeze", "wide", List.of(first, graph.longs("axes", 1)));
        graph.node("Hardmax", "second.hardmax", List.of(second), longsAttribute("unused", List.of(1L)));
        graph.output("second.hardmax", "batch", 1);
        Files.write(model, graph.toBytes(Map.of()));
        refused(tokens(100), LabelNames.FROM_DATA, "Det", "first.det", "Hardmax", "second.hardmax");
    }

    @Test
    void aModelOfFewerBitsIsRefusedWithTheWayToOne() throws Exception {
        byte[] real = Files.readAllBytes(model);
        for (boolean whole : new boolean[] {true, false}) {
            Files.write(model, whole ? FewerBits.quantised(real) : FewerBits.halved(real));
            refused(
                    tokens(100),
                    LabelNames.FROM_DATA,
                    "small.onnx is " + (whole ? "quantised: of" : "stored in fewer bits: of"),
                    whole ? "int8" : "bfloat16",
                    "Adapt the float32 model",
                    "docs/models.md");
        }
    }

    @Test
    void errorsSayWhatToDo() throws Exception {
        Path empty = Files.createFile(folder.resolve("empty.jsonl"));
        refused(empty, LabelNames.FROM_DATA, "empty.jsonl is empty", "Give");
        refused(folder.resolve("missing.csv"), LabelNames.FROM_DATA, "missing.csv");
        refused(Files.writeString(folder.resolve("a.txt"), "x"), LabelNames.FROM_DATA, "a.txt", ".csv");
        refused(Files.writeString(folder.resolve("a.csv"), "text,label\nx,y\n"), LabelNames.FROM_DATA, "--tokenizer");
        refused(Files.createDirectory(folder.resolve("pictures")), LabelNames.FROM_DATA, "taken for pictures");
        refused(
                Files.writeString(folder.resolve("b.jsonl"), "{\"words\": \"x\"}\n"),
                LabelNames.FROM_DATA,
                "tokens",
                "--text-column");

        Path data = tokens(300);
        refused(data, new LabelNames(true, List.of("a", "b", "x")), "'c'", "line");
        refused(
                data,
                new LabelNames(true, List.of("a", "b", "c", "d")),
                "3 numbers",
                "4 classes",
                "--labels",
                "--new-head");
        List<String> lines = new ArrayList<>(Files.readAllLines(data));
        lines.add("{\"tokens\": [1, 2, 3], \"label\": \"rare\"}");
        refused(Files.write(folder.resolve("rare.jsonl"), lines), LabelNames.FROM_DATA, "'rare'", "one example");
        refused(
                Files.writeString(
                        folder.resolve("short.jsonl"),
                        Files.readString(data).replaceAll("\\[(\\d+), (\\d+), \\d+\\]", "[$1, $2]")),
                LabelNames.FROM_DATA,
                "does not take",
                "tokens");

        List<String> numbers = new ArrayList<>(Files.readAllLines(data));
        numbers.set(4, "{\"tokens\": [1, NaN, 3], \"label\": \"a\"}");
        refused(Files.write(folder.resolve("nan.jsonl"), numbers), LabelNames.FROM_DATA, "Line 5", "NaN", "tokens");
        numbers.set(4, "{\"tokens\": [1, 2");
        refused(Files.write(folder.resolve("broken.jsonl"), numbers), LabelNames.FROM_DATA, "Line 5 is no JSON");
        numbers.set(4, "{\"tokens\": [1, 2, 3]}");
        refused(Files.write(folder.resolve("bare.jsonl"), numbers), LabelNames.FROM_DATA, "Line 5 has no label");
        Path latin = Files.write(folder.resolve("latin.jsonl"), new byte[] {'{', '"', (byte) 0xe4, '"', '\n'});
        refused(latin, LabelNames.FROM_DATA, "UTF-8");
        Path endless = folder.resolve("endless.jsonl");
        try (RandomAccessFile file = new RandomAccessFile(endless.toFile(), "rw")) {
            // Nothing but zeros, which take no room on the disk.
            file.setLength(3L << 30);
        }
        refused(endless, LabelNames.FROM_DATA, "Line 1 is longer");

        Request request = request(data, LabelNames.FROM_DATA, "full");
        assertThatThrownBy(() -> Adaptation.prepare(request, ProgressListener.NONE, new Room(place -> 1000)))
                .isInstanceOf(AdaptException.class)
                .hasMessageContainingAll("Make room", "--work");
        Request unwritable = request.withPlaces(data.resolve("inside.tminus"), folder.resolve("w"));
        assertThatThrownBy(() -> prepared(unwritable))
                .isInstanceOf(AdaptException.class)
                .hasMessageContainingAll("cannot be written to", "--output");
    }

    /** 600 inputs, some of each poet one after the other. */
    private Path byPoet(int each) throws IOException {
        Path data = tokens(600);
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(data)) {
            lines.add(line.replace("}", ", \"group\": \"poet " + lines.size() / each + "\"}"));
        }
        return Files.write(data, lines);
    }

    @Test
    void tooFewGroupsToDecideByAreRefused() throws Exception {
        Request request = request(byPoet(25), LabelNames.FROM_DATA, "few");
        assertThatThrownBy(() -> prepared(request))
                .isInstanceOf(AdaptException.class)
                .hasMessageContainingAll("groups", "at least 5");
    }

    @Test
    void ofInputsThatBelongTogetherOneCountsForTheCertificate() throws Exception {
        Path data = byPoet(4);
        String words = String.join(
                "\n", prepared(request(data, LabelNames.FROM_DATA, "grouped")).words());
        assertThat(words)
                .containsPattern("1[012]\\d groups of near-copies")
                .containsPattern("about 2\\d calibration inputs");
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheData() throws Exception {
        Path data = tokens(300);
        Files.writeString(data, "\uFEFF" + Files.readString(data));
        assertThat(String.join(
                        "\n",
                        prepared(request(data, LabelNames.FROM_DATA, "marked")).words()))
                .contains("3 classes");
    }

    @Test
    void aTruncatedModelIsRefused() throws Exception {
        byte[] bytes = Files.readAllBytes(model);
        Files.write(model, Arrays.copyOf(bytes, bytes.length / 2));
        refused(tokens(100), LabelNames.FROM_DATA, "not a complete ONNX file", "Export");
    }

    @Test
    void aTokenizerOfAnotherModelIsRefused() throws Exception {
        byte[] json = "{\"model\": {\"vocab\": {\"a\": 0, \"b\": 7}}, \"added_tokens\": [{\"id\": 9}]}".getBytes(UTF_8);
        Path file = Path.of("tokenizer.json");
        assertThat(TokenTables.largestToken(json)).isEqualTo(9);
        TokenTables.check(json, 10, file);
        assertThatThrownBy(() -> TokenTables.check(json, 9, file))
                .isInstanceOf(AdaptException.class)
                .hasMessageContainingAll("another model", "--tokenizer");
        OnnxGraph graph = new OnnxGraph("lookup");
        graph.inputInt64("ids", "batch", 4);
        graph.floats("table", new float[10], 5, 2);
        graph.output(graph.node("Gather", "found", List.of("table", "ids")), "batch", 4, 2);
        assertThat(TokenTables.of(OnnxModel.read(graph.toBytes(Map.of())))).containsExactly(Map.entry("ids", 5L));
    }

    @Test
    void aDiskThatBecomesFullIsExplained() {
        IOException full = new IOException("cannot write", new IOException("No space left on device"));
        assertThat(Room.explained(full, model, folder))
                .isInstanceOf(AdaptException.class)
                .hasMessageContainingAll("became full", "make room", "goes on");
        IOException other = new IOException("something else");
        assertThat(Room.explained(other, model, folder)).isSameAs(other);
    }

    private void refused(Path data, LabelNames labels, String... words) {
        assertThatThrownBy(() -> prepared(request(data, labels, "refused")))
                .isInstanceOf(AdaptException.class)
                .hasMessageContainingAll(words);
    }

    @Test
    void oneProcessWorksInAFolder() throws Exception {
        Path work = folder.resolve("work");
        try (WorkFolder first = WorkFolder.open(work, Map.of("seed", "1"), true)) {
            assertThat(first).isNotNull();
            assertThatThrownBy(() -> WorkFolder.open(work, Map.of("seed", "1"), true))
                    .hasMessageContaining("Another process");
        }
        WorkFolder.open(work, Map.of("seed", "1"), true).close();
        assertThatThrownBy(() -> WorkFolder.open(work, Map.of("seed", "2"), true))
                .hasMessageContaining("seed was 1, is 2");
        // Where nothing was made yet, there is nothing to protect.
        WorkFolder.open(work, Map.of("seed", "2"), false).close();
        assertThatThrownBy(() -> WorkFolder.open(work, Map.of("seed", "1"), true))
                .hasMessageContaining("seed was 2, is 1");
    }

    @Test
    void labelsComeInThreeForms() throws Exception {
        Path file = folder.resolve("labels");
        assertThat(LabelNames.read(Files.writeString(file, "cat\n\ndog\n")).names())
                .containsExactly("cat", "dog");
        assertThat(LabelNames.read(Files.writeString(file, "[\"cat\", \"dog\"]"))
                        .names())
                .containsExactly("cat", "dog");
        assertThat(LabelNames.read(Files.writeString(file, "{\"id2label\": {\"1\": \"dog\", \"0\": \"cat\"}}"))
                        .names())
                .containsExactly("cat", "dog");
        Files.writeString(file, "cat\ncat\n");
        assertThatThrownBy(() -> LabelNames.read(file)).hasMessageContaining("twice");
        Files.writeString(file, "cat\n");
        assertThatThrownBy(() -> LabelNames.read(file)).hasMessageContaining("two or more");
    }

    @Test
    void aPromiseIsWhatTheDataCanBear() {
        assertThat(Expectation.promise(true, 20).sentence()).contains("too few");
        assertThat(Expectation.promise(true, 1000).epsilon())
                .isGreaterThan(Expectation.promise(true, 20_000).epsilon());
        assertThat(Expectation.promise(false, 2000).sentence()).contains("disagreement");
    }
}
