/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Map;
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
import org.tminus.model.AdaptiveModel;
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
    private final NativeMemory memory = new NativeMemory(deadlines, Runnable::run);

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

    private ModelContext context(AdaptiveModel model) throws Exception {
        return new ModelContext(
                Fixture.RUNTIME, model, ModelGraphs.read(model), new InputCheck(model), deadlines, Runnable::run, memory);
    }

    @ParameterizedTest
    @MethodSource("models")
    void fullDepthAnswersAsThePlainLibrary(Numbers numbers, boolean vision) throws Exception {
        AdaptiveModel model = make(numbers, vision);
        double tolerance = context(model).tolerance();
        for (int rows = 1; rows <= 4; rows++) {
            Map<String, Tensor> inputs = TestModels.inputs(model, rows, rows);
            Tensor expected = Fixture.plain(model, inputs);
            try (BackendSession session = backend.open(model)) {
                Tensor chain = Fixture.run(session, model.fullDepth(), inputs);
                session.prepare(model.fullDepth());
                Tensor compiled = Fixture.run(session, model.fullDepth(), inputs);

                assertThat(chain.elementType())
                        .isEqualTo(
                                numbers == Numbers.FLOAT16_SCORES ? ElementType.FLOAT16 : ElementType.FLOAT32);
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
        double tolerance = context(model).tolerance();
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
                assertThat(Fixture.difference(stepped, chain)).isZero();
                assertThat(Fixture.difference(compiled, chain))
                        .as(path.toString())
                        .isLessThanOrEqualTo(tolerance);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void neighboursRunAsOneGraphAndAnswerAsSingleLayers(Numbers numbers, boolean vision) throws Exception {
        AdaptiveModel model = make(numbers, vision);
        ModelContext context = context(model);
        Chain chain = new Chain(context, Limits::defaults);
        Map<String, Tensor> inputs = TestModels.inputs(model, 3, 5);
        List<LayerId> layers = model.fullDepth().layers();
        List<LayerId> gapped = List.of(layers.get(0), layers.get(1), layers.get(layers.size() - 1));
        for (List<LayerId> path : List.of(layers, gapped)) {
            try (ChainRun single = ChainRun.start(context, chain, inputs, Fixture.logits());
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
        assertThat(chain.joined(model.layers())).isNotNull();
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

    /** Where the range is found in the run, rows that run together share it, so that this holds for the others only. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DYNAMIC")
    void retainedRowsGoOnAsIfTheyWereAlone(Numbers numbers) throws Exception {
        AdaptiveModel model = make(numbers, true);
        double tolerance = context(model).tolerance();
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
                    .withMessageContaining("more than " + context(model).tolerance());
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
    }

    /** Also of different types. */
    private static double difference(Tensor answer, Tensor expected) {
        HostTensor real = HostTensor.allocate(ElementType.FLOAT32, answer.shape());
        real.writableBuffer().asFloatBuffer().put(org.tminus.tensor.Floats.of(answer));
        return PathCheck.difference(real, expected);
    }
}
