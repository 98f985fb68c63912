/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tminus.backend.BackendSession;
import org.tminus.backend.Run;
import org.tminus.failure.BackendException;
import org.tminus.failure.InvalidRequestException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Exit;
import org.tminus.model.ExitId;
import org.tminus.model.Layer;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** Quantised and half-precision models answer by every way as ONNX Runtime answers for the whole model. */
class PrecisionTest {
    private static final double CLOSE = 1e-5;

    @TempDir
    java.nio.file.Path folder;

    private final CpuBackend backend = Fixture.backend();
    private final Deadlines deadlines = new Deadlines();
    private final NativeMemory memory = new NativeMemory(deadlines, Runnable::run, Fixture.RUNTIME, Long.MAX_VALUE);

    @AfterEach
    void stopTheThread() {
        deadlines.close();
    }

    static Stream<Arguments> models() {
        return Stream.of(Numbers.values())
                .flatMap(numbers -> Stream.of(Arguments.of(numbers, true), Arguments.of(numbers, false)));
    }

    private AdaptiveModel make(Numbers numbers, boolean vision) throws Exception {
        TestModels.Options options = TestModels.Options.small().with(numbers);
        return vision ? TestModels.vision(folder, options) : TestModels.encoder(folder, options);
    }

    private static double tolerance(AdaptiveModel model) throws Exception {
        return ModelGraphs.read(model).precision().tolerance();
    }

    @ParameterizedTest
    @MethodSource("models")
    void fullDepthAnswersAsThePlainLibrary(Numbers numbers, boolean vision) throws Exception {
        AdaptiveModel model = make(numbers, vision);
        double tolerance = tolerance(model);
        for (int rows = 1; rows <= 4; rows++) {
            Map<String, Tensor> inputs = TestModels.inputs(model, rows, rows);
            Tensor expected = Fixture.plain(model, inputs);
            try (BackendSession session = backend.open(model)) {
                Tensor chain = Fixture.run(session, model.fullDepth(), inputs);
                session.prepare(model.fullDepth());
                Tensor compiled = Fixture.run(session, model.fullDepth(), inputs);

                assertThat(chain.elementType())
                        .isEqualTo(numbers == Numbers.FLOAT16_SCORES ? ElementType.FLOAT16 : ElementType.FLOAT32);
                assertThat(chain.shape()).isEqualTo(Shape.of(rows, TestModels.CLASSES));
                assertThat(Fixture.difference(chain, expected)).isLessThanOrEqualTo(tolerance);
                assertThat(Fixture.difference(compiled, expected)).isLessThan(CLOSE);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void anyPathAnswersTheSameByChainCompiledAndStepByStep(Numbers numbers, boolean vision) throws Exception {
        AdaptiveModel model = make(numbers, vision);
        double tolerance = tolerance(model);
        Random random = new Random(7);
        try (BackendSession session = backend.open(model)) {
            for (int round = 0; round < 8; round++) {
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

                assertThat(session.isPrepared(path)).isTrue();
                // In the background, what is stepped over and what is run at once may have become graphs of their own.
                assertThat(Fixture.difference(stepped, chain)).isLessThanOrEqualTo(tolerance);
                assertThat(Fixture.difference(compiled, chain))
                        .as(path.toString())
                        .isLessThanOrEqualTo(tolerance);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void stretchesAnswerAsSingleParts(Numbers numbers, boolean vision) throws Exception {
        AdaptiveModel model = make(numbers, vision);
        ModelContext context = Fixture.context(model, deadlines, Runnable::run, memory);
        Chain chain = new Chain(context, Limits::defaults);
        context.weights().release();
        Map<String, Tensor> inputs = TestModels.inputs(model, 3, 5);
        List<LayerId> layers = model.fullDepth().layers();
        List<LayerId> gapped = List.of(layers.get(0), layers.get(1), layers.get(layers.size() - 1));
        for (List<LayerId> path : List.of(layers, gapped)) {
            try (ChainRun single = ChainRun.startSingly(context, chain, inputs, Fixture.logits());
                    ChainRun joined = ChainRun.start(context, chain, inputs, Fixture.logits())) {
                for (LayerId layer : path) {
                    single.advance(List.of(layer));
                }
                joined.advance(path);
                assertThat(Fixture.difference(
                                joined.read(ExitId.FINAL).get("logits"),
                                single.read(ExitId.FINAL).get("logits")))
                        .isLessThanOrEqualTo(context.tolerance());
            }
        }
        for (boolean withStem : new boolean[] {true, false}) {
            for (Exit exit : model.exits()) {
                List<Layer> some = model.layers().stream()
                        .filter(layer -> exit.after().flatMap(model::layer).stream()
                                .anyMatch(last -> layer.index() <= last.index()))
                        .toList();
                if (!some.isEmpty()) {
                    assertThat(chain.stretch(new Stretch(model, withStem, some, exit)))
                            .as("%s", exit.id())
                            .isNotNull();
                }
            }
            assertThat(chain.stretch(new Stretch(model, withStem, model.layers(), null)))
                    .isNotNull();
        }
        chain.release();
        assertThat(memory.weightBytes()).isZero();
    }

    /** A folded graph is opened and computes the same, or is refused by the library; whichever, the model is served. */
    @ParameterizedTest
    @MethodSource("models")
    void foldedGraphsHoldOrAreRefused(Numbers numbers, boolean vision) throws Exception {
        AdaptiveModel model = make(numbers, vision);
        ModelContext context = Fixture.context(model, deadlines, Runnable::run, memory);
        Chain chain = new Chain(context, Limits::defaults);
        context.weights().release();
        PathCheck check = new PathCheck(context);
        Path path = model.fullDepth();
        Optional<CompiledPath> folded = CompiledPath.openFolded(context, path);
        if (numbers == Numbers.FLOAT32) {
            assertThat(folded).isPresent();
        }
        if (folded.isPresent()) {
            assertThat(check.difference(path, folded.get(), chain)).isLessThanOrEqualTo(context.tolerance());
            folded.get().release();
        }
        chain.release();
    }

    /** Exits are trained on the float32 model and stay as they are. */
    @ParameterizedTest
    @MethodSource("models")
    void exitsOfTheFloat32ModelAnswerAlongTheWay(Numbers numbers, boolean vision) throws Exception {
        AdaptiveModel model = make(numbers, vision);
        java.nio.file.Path plain = java.nio.file.Files.createDirectory(folder.resolve("float32"));
        AdaptiveModel real = vision
                ? TestModels.vision(plain, TestModels.Options.small())
                : TestModels.encoder(plain, TestModels.Options.small());
        Map<String, Tensor> inputs = TestModels.inputs(model, 3, 5);
        try (BackendSession session = backend.open(model);
                BackendSession exact = backend.open(real);
                Run run = session.start(inputs, Fixture.logits());
                Run other = exact.start(inputs, Fixture.logits())) {
            for (Layer layer : model.layers()) {
                run.advance(List.of(layer.id()));
                other.advance(List.of(layer.id()));
                ExitId exit = Fixture.prefix(model, layer.index() + 1).exit();
                Tensor answer = run.read(exit).get("logits");
                assertThat(answer.elementType())
                        .isEqualTo(model.signature().outputs().get(0).elementType());
                // Rounding changes an answer a little, another layer's state a lot.
                assertThat(difference(answer, other.read(exit).get("logits")))
                        .as(exit.toString())
                        .isLessThan(numbers.isQuantised() ? 0.3 : 0.05);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void pooledStatesAreFloat32(Numbers numbers, boolean vision) throws Exception {
        AdaptiveModel model = make(numbers, vision);
        java.nio.file.Path plain = java.nio.file.Files.createDirectory(folder.resolve("float32"));
        AdaptiveModel real = vision
                ? TestModels.vision(plain, TestModels.Options.small())
                : TestModels.encoder(plain, TestModels.Options.small());
        Map<String, Tensor> inputs = TestModels.inputs(model, 3, 5);
        try (BackendSession session = backend.open(model);
                BackendSession exact = backend.open(real);
                Run run = session.start(inputs, Fixture.logits());
                Run other = exact.start(inputs, Fixture.logits())) {
            run.advance(model.fullDepth().layers().subList(0, 1));
            other.advance(model.fullDepth().layers().subList(0, 1));
            Tensor pooled = run.pooled();

            assertThat(pooled.elementType()).isEqualTo(ElementType.FLOAT32);
            assertThat(pooled.shape()).isEqualTo(Shape.of(3, 16));
            assertThat(Fixture.difference(pooled, other.pooled())).isLessThan(numbers.isQuantised() ? 0.2 : 0.02);
        }
    }

    static Stream<Arguments> ends() {
        return Stream.of(ElementType.FLOAT16, ElementType.BFLOAT16, ElementType.INT8)
                .flatMap(type -> Stream.of(Arguments.of(type, Numbers.FLOAT32), Arguments.of(type, Numbers.QDQ)));
    }

    @ParameterizedTest
    @MethodSource("ends")
    void inputsAndAnswersHaveTheTypesOfTheSignature(ElementType type, Numbers numbers) throws Exception {
        AdaptiveModel model = TestModels.vision(
                folder, TestModels.Options.small().with(numbers).withEnds(type));
        double tolerance = tolerance(model);
        Random random = new Random(2);
        try (BackendSession session = backend.open(model)) {
            for (int round = 0; round < 6; round++) {
                Map<String, Tensor> inputs = TestModels.inputs(model, 1 + round, round);
                Tensor whole = Fixture.run(session, model.fullDepth(), inputs);
                assertThat(whole.elementType()).isEqualTo(type);
                assertThat(Fixture.difference(whole, Fixture.plain(model, inputs)))
                        .isLessThanOrEqualTo(tolerance);
                Path path = Fixture.randomPath(model, random);
                Tensor chain = Fixture.run(session, path, inputs);
                session.prepare(path);
                Tensor compiled = Fixture.run(session, path, inputs);
                assertThat(compiled.elementType()).isEqualTo(type);
                assertThat(session.isPrepared(path)).isTrue();
                assertThat(Fixture.difference(compiled, chain)).isLessThanOrEqualTo(tolerance);
            }
            Map<String, Tensor> real =
                    Map.of("pixels", HostTensor.allocate(ElementType.FLOAT32, Shape.of(1, 1, 5, 16)));
            assertThatExceptionOfType(InvalidRequestException.class)
                    .isThrownBy(() -> Fixture.run(session, model.fullDepth(), real))
                    .withMessageContaining("holds " + type + ", found float32");
        }
    }

    /** Where the range is found in the run, rows that run together share it, so that this holds for the others only. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DYNAMIC")
    void retainedRowsGoOnAsIfTheyWereAlone(Numbers numbers) throws Exception {
        AdaptiveModel model = make(numbers, true);
        double tolerance = tolerance(model);
        Map<String, Tensor> inputs = TestModels.inputs(model, 4, 11);
        List<LayerId> all = model.fullDepth().layers();
        try (BackendSession session = backend.open(model);
                Run run = session.start(inputs, Fixture.logits())) {
            run.advance(all.subList(0, 1));
            run.retain(new int[] {1, 3});
            run.advance(all.subList(1, all.size()));
            Tensor answers = run.read(ExitId.FINAL).get("logits");

            for (int kept = 0; kept < 2; kept++) {
                Tensor alone = Fixture.plain(model, Fixture.row(inputs, 2 * kept + 1));
                assertThat(Fixture.difference(Fixture.row(answers, kept), alone))
                        .isLessThanOrEqualTo(tolerance);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCompiledFormThatDiffersIsRefusedAllTheSame(Numbers numbers) throws Exception {
        AdaptiveModel model = TestModels.vision(
                folder, TestModels.Options.small().with(numbers).withNoise());
        try (BackendSession session = backend.open(model)) {
            assertThatExceptionOfType(BackendException.class)
                    .isThrownBy(() -> session.prepare(model.fullDepth()))
                    .withMessageContaining("differs from the chain")
                    .withMessageContaining("more than " + tolerance(model));
        }
    }

    @Test
    void differencesAreRelativeToTheLargestMagnitude() {
        HostTensor expected = HostTensor.ofFloats(Shape.of(3), 100, 1, 0);
        assertThat(PathCheck.difference(HostTensor.ofFloats(Shape.of(3), 100, 2, 0), expected))
                .isEqualTo(0.01);
        assertThat(PathCheck.difference(HostTensor.ofFloats(Shape.of(3), 100, Float.NaN, 0), expected))
                .isNaN();
        HostTensor endless = HostTensor.ofFloats(Shape.of(3), Float.POSITIVE_INFINITY, 1, 0);
        assertThat(PathCheck.difference(endless, endless)).isZero();
        assertThat(PathCheck.difference(HostTensor.ofFloats(Shape.of(3), Float.POSITIVE_INFINITY, 2, 0), endless))
                .isEqualTo(1);
        assertThat(PathCheck.difference(endless, expected)).isNaN();
        HostTensor half = HostTensor.allocate(ElementType.FLOAT16, Shape.of(2));
        half.writableBuffer().putShort((short) 0x3c00).putShort((short) 0xc000);
        HostTensor other = HostTensor.allocate(ElementType.FLOAT16, Shape.of(2));
        other.writableBuffer().putShort((short) 0x3c00).putShort((short) 0xbc00);
        assertThat(PathCheck.difference(other, half)).isEqualTo(0.5);
        assertThat(PathCheck.difference(half, expected)).isNaN();
        HostTensor step = HostTensor.allocate(ElementType.INT8, Shape.of(2));
        step.writableBuffer().put((byte) -100).put((byte) 3);
        HostTensor whole = HostTensor.allocate(ElementType.INT8, Shape.of(2));
        whole.writableBuffer().put((byte) -100).put((byte) 4);
        assertThat(PathCheck.difference(step, whole)).isEqualTo(0.01);
        assertThat(PathCheck.difference(HostTensor.ofLongs(Shape.of(1), 100), HostTensor.ofLongs(Shape.of(1), 101)))
                .isNaN();
    }

    /** Also of different types. */
    private static double difference(Tensor answer, Tensor expected) {
        HostTensor real = HostTensor.allocate(ElementType.FLOAT32, answer.shape());
        real.writableBuffer().asFloatBuffer().put(org.tminus.tensor.Floats.of(answer));
        return PathCheck.difference(real, expected);
    }
}
