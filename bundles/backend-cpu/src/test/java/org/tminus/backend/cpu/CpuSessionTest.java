/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.offset;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tminus.backend.BackendSession;
import org.tminus.backend.Run;
import org.tminus.backend.RunControls;
import org.tminus.backend.Telemetry;
import org.tminus.failure.BackendException;
import org.tminus.failure.DeadlineExceededException;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.RequestCancelledException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ExitId;
import org.tminus.model.Layer;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

class CpuSessionTest {
    private static final double CLOSE = 1e-5;

    enum Kind {
        VISION,
        ENCODER,
        VISION_WITH_DATA_FILE;

        AdaptiveModel make(java.nio.file.Path folder) throws Exception {
            return switch (this) {
                case VISION -> TestModels.vision(folder, TestModels.Options.small());
                case ENCODER -> TestModels.encoder(folder, TestModels.Options.small());
                case VISION_WITH_DATA_FILE ->
                    TestModels.vision(folder, TestModels.Options.small().withExternalData());
            };
        }
    }

    @TempDir
    java.nio.file.Path folder;

    private CpuBackend backend;

    @BeforeEach
    void setUp() {
        backend = Fixture.backend();
    }

    @ParameterizedTest
    @EnumSource
    void fullDepthAnswersAsThePlainLibrary(Kind kind) throws Exception {
        AdaptiveModel model = kind.make(folder);
        for (int rows = 1; rows <= 8; rows++) {
            Map<String, Tensor> inputs = TestModels.inputs(model, rows, rows);
            Tensor expected = Fixture.plain(model, inputs);
            try (BackendSession session = backend.open(model)) {
                Tensor chain = Fixture.run(session, model.fullDepth(), inputs);
                session.prepare(model.fullDepth());
                assertThat(session.isPrepared(model.fullDepth())).isTrue();
                Tensor compiled = Fixture.run(session, model.fullDepth(), inputs);

                assertThat(chain.shape()).isEqualTo(Shape.of(rows, TestModels.CLASSES));
                assertThat(Fixture.difference(chain, expected)).isLessThan(CLOSE);
                assertThat(Fixture.difference(compiled, expected)).isLessThan(CLOSE);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anyPathAnswersTheSameByChainCompiledAndStepByStep(Kind kind) throws Exception {
        AdaptiveModel model = kind.make(folder);
        Random random = new Random(7);
        try (BackendSession session = backend.open(model)) {
            for (int round = 0; round < 12; round++) {
                Path path = Fixture.randomPath(model, random);
                Map<String, Tensor> inputs = TestModels.inputs(model, 1 + random.nextInt(8), round);
                Tensor chain = Fixture.run(session, path, inputs);
                Tensor stepped;
                try (Run run = session.start(inputs, Fixture.logits())) {
                    for (LayerId layer : path.layers()) {
                        run.advance(List.of(layer));
                    }
                    stepped = run.read(path.exit()).get("logits");
                }
                session.prepare(path);
                Tensor compiled = Fixture.run(session, path, inputs);

                assertThat(Fixture.difference(stepped, chain)).isZero();
                assertThat(Fixture.difference(compiled, chain))
                        .as(path.toString())
                        .isLessThan(CLOSE);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void exitsAnswerAlongTheWayWithoutChangingTheState(Kind kind) throws Exception {
        AdaptiveModel model = kind.make(folder);
        Map<String, Tensor> inputs = TestModels.inputs(model, 3, 5);
        try (BackendSession session = backend.open(model);
                Run run = session.start(inputs, Fixture.logits())) {
            for (Layer layer : model.layers()) {
                run.advance(List.of(layer.id()));
                Path path = Fixture.prefix(model, layer.index() + 1);
                Tensor first = run.read(path.exit()).get("logits");
                Tensor again = run.read(path.exit()).get("logits");
                assertThat(Fixture.difference(again, first)).isZero();
                assertThat(Fixture.difference(first, Fixture.run(session, path, inputs)))
                        .isLessThan(CLOSE);
            }
            assertThat(Fixture.difference(run.read(ExitId.FINAL).get("logits"), Fixture.plain(model, inputs)))
                    .isLessThan(CLOSE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void retainedRowsGoOnAsIfTheyWereAlone(Kind kind) throws Exception {
        AdaptiveModel model = kind.make(folder);
        Map<String, Tensor> inputs = TestModels.inputs(model, 6, 11);
        List<LayerId> all = model.fullDepth().layers();
        try (BackendSession session = backend.open(model);
                Run run = session.start(inputs, Fixture.logits())) {
            run.advance(all.subList(0, 1));
            run.retain(new int[] {0, 2, 3, 5});
            assertThat(run.rows()).isEqualTo(4);
            run.advance(all.subList(1, 2));
            run.retain(new int[] {1, 3});
            run.advance(all.subList(2, all.size()));
            Tensor answers = run.read(ExitId.FINAL).get("logits");

            assertThat(answers.shape()).isEqualTo(Shape.of(2, TestModels.CLASSES));
            for (int kept = 0; kept < 2; kept++) {
                int original = List.of(2, 5).get(kept);
                Tensor alone = Fixture.plain(model, Fixture.row(inputs, original));
                assertThat(Fixture.difference(Fixture.row(answers, kept), alone))
                        .isLessThan(CLOSE);
            }
        }
    }

    @Test
    void retainRefusesRowsThatAreNotThere() throws Exception {
        AdaptiveModel model = Kind.ENCODER.make(folder);
        try (BackendSession session = backend.open(model);
                Run run = session.start(TestModels.inputs(model, 3, 1), Fixture.logits())) {
            for (int[] rows : new int[][] {{}, {3}, {-1}, {1, 1}, {2, 0}}) {
                assertThatExceptionOfType(InvalidRequestException.class).isThrownBy(() -> run.retain(rows));
            }
            run.retain(new int[] {0, 1, 2});
            assertThat(run.rows()).isEqualTo(3);
        }
    }

    @Test
    void pooledStateIsTheMeanOverTokens() throws Exception {
        AdaptiveModel model = Kind.VISION.make(folder);
        Map<String, Tensor> inputs = TestModels.inputs(model, 2, 3);
        try (BackendSession session = backend.open(model);
                Run run = session.start(inputs, Fixture.logits())) {
            Tensor pooled = run.pooled();
            assertThat(pooled.shape()).isEqualTo(Shape.of(2, 16));
            // The stem is linear: the pooled state of the mean of both rows' pixels is the mean of their pooled states.
            Tensor pixels = inputs.get("pixels");
            float[] mean = new float[(int) pixels.shape().elementCount() / 2];
            for (int i = 0; i < mean.length; i++) {
                mean[i] = (pixels.buffer().getFloat(4 * i) + pixels.buffer().getFloat(4 * (i + mean.length))) / 2;
            }
            Map<String, Tensor> middle =
                    Map.of("pixels", HostTensor.ofFloats(pixels.shape().withBatch(1), mean));
            try (Run other = session.start(middle, Fixture.logits())) {
                ByteBuffer expected = other.pooled().buffer();
                ByteBuffer both = pooled.buffer();
                for (int i = 0; i < 16; i++) {
                    float average = (both.getFloat(4 * i) + both.getFloat(4 * (i + 16))) / 2;
                    assertThat(average).isCloseTo(expected.getFloat(4 * i), offset(1e-5f));
                }
            }
        }
    }

    @Test
    void pooledStateIsTheFirstTokenWhereTheModelSaysSo() throws Exception {
        AdaptiveModel model = Kind.ENCODER.make(folder);
        HostTensor ids = HostTensor.ofLongs(Shape.of(3, 4), 7, 1, 2, 3, 7, 9, 8, 6, 5, 1, 2, 3);
        HostTensor mask = HostTensor.ofLongs(Shape.of(3, 4), 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
        try (BackendSession session = backend.open(model);
                Run run = session.start(with(ids, mask), Fixture.logits())) {
            Tensor pooled = run.pooled();
            assertThat(pooled.shape()).isEqualTo(Shape.of(3, 16));
            // Before the first layer a token knows only itself: rows that begin alike are alike, others are not.
            assertThat(Fixture.difference(Fixture.row(pooled, 1), Fixture.row(pooled, 0)))
                    .isZero();
            assertThat(Fixture.difference(Fixture.row(pooled, 2), Fixture.row(pooled, 0)))
                    .isGreaterThan(0.01);
        }
    }

    @Test
    void writesOutputsToTheCallersMemory() throws Exception {
        AdaptiveModel model = Kind.VISION.make(folder);
        Map<String, Tensor> inputs = TestModels.inputs(model, 2, 3);
        Tensor expected = Fixture.plain(model, inputs);
        Shape shape = Shape.of(2, TestModels.CLASSES);
        try (BackendSession session = backend.open(model)) {
            for (boolean prepared : new boolean[] {false, true}) {
                if (prepared) {
                    session.prepare(model.fullDepth());
                }
                HostTensor direct = HostTensor.allocate(ElementType.FLOAT32, shape);
                HostTensor onHeap = HostTensor.wrap(ElementType.FLOAT32, shape, ByteBuffer.allocate(80));
                for (HostTensor destination : List.of(direct, onHeap)) {
                    Map<String, Tensor> answers = session.run(
                            model.fullDepth(),
                            inputs,
                            RunControls.cancellable(Set.of("logits"), Map.of("logits", destination), null));
                    assertThat(answers.get("logits")).isSameAs(destination);
                    assertThat(Fixture.difference(destination, expected)).isLessThan(CLOSE);
                }
                HostTensor tooSmall = HostTensor.allocate(ElementType.FLOAT32, Shape.of(1, TestModels.CLASSES));
                assertThatExceptionOfType(InvalidRequestException.class)
                        .isThrownBy(() -> session.run(
                                model.fullDepth(),
                                inputs,
                                RunControls.cancellable(Set.of("logits"), Map.of("logits", tooSmall), null)))
                        .withMessageContaining("2 rows")
                        .withMessageContaining("float32[1, 10]");
            }
        }
    }

    @Test
    void takesInputsFromTheHeapAndFromTheMiddleOfABuffer() throws Exception {
        AdaptiveModel model = Kind.VISION.make(folder);
        Map<String, Tensor> inputs = TestModels.inputs(model, 2, 3);
        Tensor expected = Fixture.plain(model, inputs);
        Tensor pixels = inputs.get("pixels");
        int bytes = (int) pixels.byteSize();
        for (ByteBuffer memory : List.of(ByteBuffer.allocate(bytes + 24), ByteBuffer.allocateDirect(bytes + 24))) {
            memory.position(16).put(pixels.buffer()).limit(16 + bytes).position(16);
            Tensor view = HostTensor.wrap(ElementType.FLOAT32, pixels.shape(), memory);
            try (BackendSession session = backend.open(model)) {
                Tensor answer = Fixture.run(session, model.fullDepth(), Map.of("pixels", view));
                assertThat(Fixture.difference(answer, expected)).isLessThan(CLOSE);
            }
        }
    }

    @Test
    void refusesInputsThatTheModelCannotTake() throws Exception {
        AdaptiveModel model = Kind.ENCODER.make(folder);
        HostTensor ids = HostTensor.allocate(ElementType.INT64, Shape.of(2, 4));
        try (BackendSession session = backend.open(model)) {
            for (boolean prepared : new boolean[] {false, true}) {
                if (prepared) {
                    session.prepare(model.fullDepth());
                }
                refused(session, model, Map.of("input_ids", ids), "'attention_mask' is missing");
                refused(session, model, with(ids, ids, "extra"), "found");
                refused(session, model, with(ids, HostTensor.allocate(ElementType.INT32, Shape.of(2, 4))), "int64");
                refused(session, model, with(ids, HostTensor.allocate(ElementType.INT64, Shape.of(2))), "[any, any]");
                refused(
                        session,
                        model,
                        with(ids, HostTensor.allocate(ElementType.INT64, Shape.of(3, 4))),
                        "same number of rows");
                refused(
                        session,
                        model,
                        both(HostTensor.allocate(ElementType.INT64, Shape.of(0, 4))),
                        "at least one row");
                refused(session, model, both(HostTensor.allocate(ElementType.INT64, Shape.of(2, 0))), "empty");
                refused(session, model, both(HostTensor.allocate(ElementType.INT64, Shape.of(1, 65))), "at most 64");
                assertThatExceptionOfType(InvalidRequestException.class)
                        .isThrownBy(() -> session.run(model.fullDepth(), both(ids), RunControls.forOutputs("other")))
                        .withMessageContaining("'other'");
                // What only the library can find is a failure of the backend, and the session goes on.
                assertThatExceptionOfType(BackendException.class)
                        .isThrownBy(() -> Fixture.run(
                                session,
                                model.fullDepth(),
                                with(ids, HostTensor.allocate(ElementType.INT64, Shape.of(2, 3)))))
                        .withMessageContaining("encoder");
                assertThat(Fixture.run(session, model.fullDepth(), TestModels.inputs(model, 2, 1))
                                .shape())
                        .isEqualTo(Shape.of(2, TestModels.CLASSES));
            }
        }
    }

    private static Map<String, Tensor> with(Tensor ids, Tensor mask, String... more) {
        Map<String, Tensor> inputs = new HashMap<>(Map.of("input_ids", ids, "attention_mask", mask));
        for (String name : more) {
            inputs.put(name, mask);
        }
        return inputs;
    }

    private static Map<String, Tensor> both(Tensor tensor) {
        return with(tensor, tensor);
    }

    private static void refused(
            BackendSession session, AdaptiveModel model, Map<String, Tensor> inputs, String message) {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> Fixture.run(session, model.fullDepth(), inputs))
                .withMessageContaining("encoder")
                .withMessageContaining(message);
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> session.start(inputs, Fixture.logits()))
                .withMessageContaining(message);
    }

    @Test
    void refusesPathsThatTheModelCannotRun() throws Exception {
        AdaptiveModel model =
                TestModels.vision(folder, TestModels.Options.small().withUnskippable(1));
        Map<String, Tensor> inputs = TestModels.inputs(model, 1, 1);
        LayerId first = model.layers().get(0).id();
        LayerId third = model.layers().get(2).id();
        Path skipping = new Path(List.of(first, third), ExitId.FINAL);
        Path unknown = new Path(List.of(new LayerId("other")), ExitId.FINAL);
        try (BackendSession session = backend.open(model);
                Run run = session.start(inputs, Fixture.logits())) {
            for (Path path : List.of(skipping, unknown)) {
                assertThatExceptionOfType(InvalidRequestException.class)
                        .isThrownBy(() -> Fixture.run(session, path, inputs));
                assertThatExceptionOfType(InvalidRequestException.class).isThrownBy(() -> session.prepare(path));
                assertThatExceptionOfType(InvalidRequestException.class).isThrownBy(() -> run.advance(path.layers()));
            }
            assertThatExceptionOfType(InvalidRequestException.class)
                    .isThrownBy(() -> run.advance(List.of(first)))
                    .withMessageContaining("cannot run after");
            assertThatExceptionOfType(InvalidRequestException.class)
                    .isThrownBy(() -> run.read(new ExitId("other")))
                    .withMessageContaining("other");
        }
    }

    @Test
    void refusesACompiledPathThatDiffersFromTheChain() throws Exception {
        AdaptiveModel model =
                TestModels.vision(folder, TestModels.Options.small().withNoise());
        try (BackendSession session = backend.open(model)) {
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatExceptionOfType(BackendException.class)
                        .isThrownBy(() -> session.prepare(model.fullDepth()))
                        .withMessageContaining("differs from the chain");
            }
            assertThat(session.isPrepared(model.fullDepth())).isFalse();
            assertThat(Fixture.run(session, model.fullDepth(), TestModels.inputs(model, 1, 1))
                            .shape())
                    .isEqualTo(Shape.of(1, TestModels.CLASSES));
            session.prepare(Fixture.prefix(model, 2));
            assertThat(session.isPrepared(Fixture.prefix(model, 2))).isTrue();
        }
    }

    @Test
    void keepsTheMostRecentlyUsedPathsAndFullDepth() throws Exception {
        AdaptiveModel model = Kind.VISION.make(folder);
        Map<String, Tensor> inputs = TestModels.inputs(model, 1, 1);
        CpuBackend limited = new CpuBackend(Fixture.RUNTIME, new Limits(3, 1L << 30));
        try (BackendSession session = limited.open(model)) {
            session.prepare(model.fullDepth());
            session.prepare(Fixture.prefix(model, 1));
            session.prepare(Fixture.prefix(model, 2));
            Fixture.run(session, Fixture.prefix(model, 1), inputs);
            session.prepare(Fixture.prefix(model, 3));

            assertThat(session.isPrepared(model.fullDepth())).isTrue();
            assertThat(session.isPrepared(Fixture.prefix(model, 1))).isTrue();
            assertThat(session.isPrepared(Fixture.prefix(model, 2))).isFalse();
            assertThat(session.isPrepared(Fixture.prefix(model, 3))).isTrue();
        }
        try (BackendSession session = new CpuBackend(Fixture.RUNTIME, new Limits(9, 0)).open(model)) {
            session.prepare(model.fullDepth());
            assertThatExceptionOfType(BackendException.class)
                    .isThrownBy(() -> session.prepare(Fixture.prefix(model, 1)))
                    .withMessageContaining("compiledMemoryMiB");
        }
        try (BackendSession session = new CpuBackend(Fixture.RUNTIME, new Limits(0, 1L << 30)).open(model)) {
            assertThatExceptionOfType(BackendException.class)
                    .isThrownBy(() -> session.prepare(model.fullDepth()))
                    .withMessageContaining("compiledPaths");
        }
    }

    @Test
    void endsBeforeTheStemWhenCancelledOrTooLate() throws Exception {
        AdaptiveModel model = Kind.VISION.make(folder);
        Map<String, Tensor> inputs = TestModels.inputs(model, 1, 1);
        try (BackendSession session = backend.open(model)) {
            for (boolean prepared : new boolean[] {false, true}) {
                if (prepared) {
                    session.prepare(model.fullDepth());
                }
                RunControls.CancellableControl cancelled = RunControls.cancellable(Set.of("logits"), Map.of(), null);
                cancelled.cancel();
                assertThatExceptionOfType(RequestCancelledException.class)
                        .isThrownBy(() -> session.run(model.fullDepth(), inputs, cancelled));
                RunControls.CancellableControl late =
                        RunControls.cancellable(Set.of("logits"), Map.of(), Duration.ofNanos(-1));
                assertThatExceptionOfType(DeadlineExceededException.class)
                        .isThrownBy(() -> session.run(model.fullDepth(), inputs, late));
            }
            RunControls.CancellableControl midway = RunControls.cancellable(Set.of("logits"), Map.of(), null);
            try (Run run = session.start(inputs, midway)) {
                run.advance(model.fullDepth().layers().subList(0, 1));
                midway.cancel();
                assertThatExceptionOfType(RequestCancelledException.class)
                        .isThrownBy(() -> run.advance(model.fullDepth().layers().subList(1, 2)));
                assertThatExceptionOfType(RequestCancelledException.class).isThrownBy(() -> run.read(ExitId.FINAL));
            }
        }
    }

    @Test
    void closingIsHarmlessTwiceAndFinal() throws Exception {
        AdaptiveModel model = Kind.ENCODER.make(folder);
        Map<String, Tensor> inputs = TestModels.inputs(model, 2, 1);
        BackendSession session = backend.open(model);
        session.prepare(model.fullDepth());
        Run run = session.start(inputs, Fixture.logits());
        run.advance(model.fullDepth().layers().subList(0, 2));
        run.close();
        run.close();
        assertThatIllegalStateException().isThrownBy(run::rows).withMessageContaining("encoder");
        assertThatIllegalStateException().isThrownBy(run::pooled);
        assertThatIllegalStateException().isThrownBy(() -> run.advance(List.of()));
        assertThatIllegalStateException().isThrownBy(() -> run.read(ExitId.FINAL));
        assertThatIllegalStateException().isThrownBy(() -> run.retain(new int[] {0}));

        session.close();
        session.close();
        assertThat(session.isPrepared(model.fullDepth())).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> Fixture.run(session, model.fullDepth(), inputs));
        assertThatIllegalStateException().isThrownBy(() -> session.start(inputs, Fixture.logits()));
        assertThatIllegalStateException().isThrownBy(() -> session.prepare(model.fullDepth()));
    }

    @Test
    void aRunInFlightSurvivesTheSessionAndFreesItsMemory() throws Exception {
        AdaptiveModel model = Kind.ENCODER.make(folder);
        Map<String, Tensor> inputs = TestModels.inputs(model, 2, 1);
        Tensor expected = Fixture.plain(model, inputs);
        BackendSession session = backend.open(model);
        Run run = session.start(inputs, Fixture.logits());
        session.close();
        backend.deactivate();
        run.advance(model.fullDepth().layers());
        assertThat(Fixture.difference(run.read(ExitId.FINAL).get("logits"), expected))
                .isLessThan(CLOSE);
        assertThat(backend.memoryBytes()).isPositive();
        run.close();
        assertThat(backend.memoryBytes()).isZero();
    }

    @Test
    void countsTheMemoryOfItsSessions() throws Exception {
        AdaptiveModel model = Kind.VISION.make(folder);
        BackendSession session = backend.open(model);
        assertThat(backend.memoryBytes()).isZero();
        session.prepare(model.fullDepth());
        long whole = model.cost(model.fullDepth()).weightBytes();
        assertThat(backend.memoryBytes()).isEqualTo(whole);
        Fixture.run(session, Fixture.prefix(model, 1), TestModels.inputs(model, 1, 1));
        assertThat(backend.memoryBytes()).isBetween(whole + 1, 2 * whole);
        session.close();
        assertThat(backend.memoryBytes()).isZero();
    }

    @Test
    void compiledPathsAndTheChainShareTheWeightsThatLieInFiles() throws Exception {
        AdaptiveModel model = TestModels.vision(
                folder, TestModels.Options.small().sized(4, 5, 64).withExternalData());
        long whole = model.cost(model.fullDepth()).weightBytes();
        Map<String, Tensor> inputs = TestModels.inputs(model, 2, 1);
        CpuBackend limited = new CpuBackend(Fixture.RUNTIME, new Limits(9, whole / 2));
        BackendSession session = limited.open(model);
        session.prepare(model.fullDepth());
        long once = limited.memoryBytes();
        assertThat(once).isBetween(whole / 2, 2 * whole);
        Map<Path, Tensor> alone = new HashMap<>();
        for (int layers = 1; layers < 4; layers++) {
            alone.put(Fixture.prefix(model, layers), Fixture.run(session, Fixture.prefix(model, layers), inputs));
        }
        for (Path path : alone.keySet()) {
            session.prepare(path);
            assertThat(session.isPrepared(path)).isTrue();
            assertThat(Fixture.difference(Fixture.run(session, path, inputs), alone.get(path)))
                    .isLessThan(CLOSE);
        }
        assertThat(Fixture.difference(Fixture.run(session, model.fullDepth(), inputs), Fixture.plain(model, inputs)))
                .isLessThan(CLOSE);
        assertThat(limited.memoryBytes()).isLessThan(once + whole / 2);
        session.close();
        assertThat(limited.memoryBytes()).isZero();
    }

    @Test
    void aModelRunsInLessMemoryThanItsWeightsTake() throws Exception {
        AdaptiveModel model = TestModels.vision(
                folder, TestModels.Options.small().sized(6, 5, 256).withExternalData());
        long whole = model.cost(model.fullDepth()).weightBytes();
        Map<String, Tensor> inputs = TestModels.inputs(model, 2, 1);
        CpuBackend limited = new CpuBackend(Fixture.RUNTIME, new Limits(9, 1L << 30, whole / 2));
        BackendSession session = limited.open(model);
        assertThatExceptionOfType(BackendException.class)
                .isThrownBy(() -> session.prepare(model.fullDepth()))
                .withMessageContaining("weightMemoryMiB");
        Random random = new Random(1);
        for (int run = 0; run < 20; run++) {
            Path path = run == 0 ? model.fullDepth() : Fixture.randomPath(model, random);
            Tensor answer = Fixture.run(session, path, inputs);
            assertThat(limited.memoryBytes()).isPositive().isLessThanOrEqualTo(whole / 2);
            try (BackendSession unlimited = backend.open(model)) {
                assertThat(Fixture.difference(answer, Fixture.run(unlimited, path, inputs)))
                        .isLessThan(CLOSE);
            }
        }
        assertThat(Fixture.difference(Fixture.run(session, model.fullDepth(), inputs), Fixture.plain(model, inputs)))
                .isLessThan(CLOSE);
        session.close();
        assertThat(limited.memoryBytes()).isZero();
    }

    @Test
    void boundedModelsRunForManyAtOnce() throws Exception {
        AdaptiveModel model = TestModels.vision(
                folder, TestModels.Options.small().sized(6, 5, 256).withExternalData());
        long whole = model.cost(model.fullDepth()).weightBytes();
        Map<String, Tensor> inputs = TestModels.inputs(model, 2, 1);
        Tensor expected = Fixture.plain(model, inputs);
        CpuBackend limited = new CpuBackend(Fixture.RUNTIME, new Limits(9, 1L << 30, whole / 3));
        try (BackendSession session = limited.open(model)) {
            List<CompletableFuture<Void>> clients = new ArrayList<>();
            for (int client = 0; client < 8; client++) {
                clients.add(CompletableFuture.runAsync(() -> {
                    try {
                        for (int run = 0; run < 10; run++) {
                            Tensor answer = Fixture.run(session, model.fullDepth(), inputs);
                            assertThat(Fixture.difference(answer, expected)).isLessThan(CLOSE);
                        }
                    } catch (Exception e) {
                        throw new CompletionException(e);
                    }
                }));
            }
            clients.forEach(CompletableFuture::join);
            assertThat(limited.memoryBytes()).isLessThanOrEqualTo(whole / 3);
        }
    }

    @Test
    void modelsWhoseWeightsCannotLeaveMemoryAreRefusedWhereTheyDoNotFit() throws Exception {
        AdaptiveModel model = Kind.VISION.make(folder);
        long whole = model.cost(model.fullDepth()).weightBytes();
        CpuBackend limited = new CpuBackend(Fixture.RUNTIME, new Limits(9, 1L << 30, whole / 2));

        assertThatExceptionOfType(BackendException.class)
                .isThrownBy(() -> limited.open(model))
                .withMessageContaining("must stay in memory")
                .satisfies(refused -> assertThat(refused.advice()).contains("weightMemoryMiB"));
        assertThat(limited.memoryBytes()).isZero();
    }

    @Test
    void onceInAWhileARunGivesBackWhatNoRunNeeds() throws Exception {
        AdaptiveModel model = Kind.VISION.make(folder);
        Map<String, Tensor> inputs = TestModels.inputs(model, 2, 1);
        List<String> calls = new CopyOnWriteArrayList<>();
        OnnxRuntime counted = (OnnxRuntime) Proxy.newProxyInstance(
                OnnxRuntime.class.getClassLoader(), new Class<?>[] {OnnxRuntime.class}, (proxy, method, arguments) -> {
                    calls.add(method.getName());
                    return method.invoke(Fixture.RUNTIME, arguments);
                });
        for (long pauseNanos : new long[] {0, Long.MAX_VALUE}) {
            try (BackendSession session = new CpuBackend(counted, Limits.defaults(), pauseNanos).open(model)) {
                Tensor chain = Fixture.run(session, model.fullDepth(), inputs);
                session.prepare(model.fullDepth());
                calls.clear();
                assertThat(Fixture.difference(Fixture.run(session, model.fullDepth(), inputs), chain))
                        .isLessThan(CLOSE);
                assertThat(calls.contains("shrinkArenaAfter")).isEqualTo(pauseNanos == 0);
                assertThat(calls).doesNotContain("shrinkArena");
            }
            // What the backend is just opening for the model holds its weights a little longer.
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (!calls.contains("shrinkArena") && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            assertThat(calls).contains("shrinkArena");
        }
    }

    @Test
    void describesTheDevice() {
        assertThat(backend.device().deviceClass()).isEqualTo("cpu");
        assertThat(backend.device().name()).isNotBlank();
        assertThat(backend.device().numericClass()).isEqualTo("fp32");
        assertThat(backend.device().concurrency()).isPositive();
        assertThat(backend.telemetry().names()).contains(Telemetry.MEMORY_BYTES);
    }

    @Test
    void saysWhatIsWrongWithAModelThatCannotBeOpened() throws Exception {
        AdaptiveModel model = Kind.VISION.make(folder);
        java.nio.file.Path file = folder.resolve("model.onnx");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        assertThatExceptionOfType(BackendException.class)
                .isThrownBy(() -> backend.open(model).close())
                .withMessageContaining("vision");
        Files.delete(file);
        assertThatExceptionOfType(BackendException.class)
                .isThrownBy(() -> backend.open(model).close())
                .withMessageContaining("vision");
    }
}
