/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tminus.failure.BackendException;
import org.tminus.failure.InvalidRequestException;
import org.tminus.inference.InferenceResult;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelSignature;
import org.tminus.model.TensorSpec;
import org.tminus.policy.Decision;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;
import org.tminus.tensor.TensorLocation;

/** What backends may give instead of outputs: another backend answers, the first is to blame, and nothing is left open. */
class StrangeOutputsTest {
    private final FakeBackend strange = new FakeBackend();
    private final Bench bench = Bench.ready(new FakeBackend());

    @AfterEach
    void close() {
        bench.close();
    }

    /** A plugin's own tensor. */
    private static class Own implements Tensor {
        final HostTensor real;
        final AtomicInteger closed = new AtomicInteger();

        Own(HostTensor real) {
            this.real = real;
        }

        @Override
        public ElementType elementType() {
            return real.elementType();
        }

        @Override
        public Shape shape() {
            return real.shape();
        }

        @Override
        public long byteSize() {
            return real.byteSize();
        }

        @Override
        public TensorLocation location() {
            return real.location();
        }

        @Override
        public ByteBuffer buffer() {
            return real.buffer();
        }

        @Override
        public List<String> strings() {
            return real.strings();
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    private static HostTensor right() {
        return HostTensor.ofFloats(Shape.of(1, 3), 1, 4, 0);
    }

    private static Map<String, Tensor> giving(String name, @Nullable Tensor tensor) {
        Map<String, Tensor> outputs = new HashMap<>();
        outputs.put(name, tensor);
        return outputs;
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of("an input of the client", (FakeBackend.Behaviour)
                        (path, inputs, control) -> giving("y", inputs.get("x"))),
                Arguments.of("a closed tensor", (FakeBackend.Behaviour) (path, inputs, control) -> {
                    HostTensor closed = right();
                    closed.close();
                    return giving("y", closed);
                }),
                Arguments.of("fewer bytes than the shape says", (FakeBackend.Behaviour)
                        (path, inputs, control) -> giving("y", new Own(right()) {
                            @Override
                            public ByteBuffer buffer() {
                                return super.buffer().limit(8);
                            }
                        })),
                Arguments.of("more bytes than the shape says", (FakeBackend.Behaviour)
                        (path, inputs, control) -> giving("y", new Own(right()) {
                            @Override
                            public ByteBuffer buffer() {
                                return ByteBuffer.allocateDirect(16);
                            }
                        })),
                Arguments.of("a shape that cannot be loaded", (FakeBackend.Behaviour)
                        (path, inputs, control) -> giving("y", new Own(right()) {
                            @Override
                            public Shape shape() {
                                throw new NoClassDefFoundError("for a test");
                            }
                        })),
                Arguments.of("one that can neither be read nor closed", (FakeBackend.Behaviour)
                        (path, inputs, control) -> giving("y", new Own(right()) {
                            @Override
                            public ByteBuffer buffer() {
                                throw new NoClassDefFoundError("for a test");
                            }

                            @Override
                            public void close() {
                                throw new IllegalStateException("for a test");
                            }
                        })));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrong")
    void anotherBackendAnswersWhereAnOutputIsNone(String what, FakeBackend.Behaviour behaviour) throws Exception {
        strange.behaviour = behaviour;
        bench.backend("strange", 9, strange);
        Bench.await(() -> strange.opened.get() == 1);
        HostTensor mine = HostTensor.ofFloats(Shape.of(1, 3), 9, 9, 9);
        try (InferenceResult result = bench.infer(Bench.request().outputInto("y", mine))) {
            assertThat(result.traces().get(0).backend()).isEqualTo("cpu");
            assertThat(result.traces().get(0).fallbacks())
                    .singleElement()
                    .asString()
                    .startsWith("Backend 'strange' failed: ");
        }
        assertThat(mine.buffer().asFloatBuffer().get(1)).isEqualTo(4);
    }

    static Stream<Arguments> more() {
        return Stream.of(
                Arguments.of("without a tensor", "z", null),
                Arguments.of("without a name", null, right()),
                Arguments.of("that cannot be closed", "z", new Own(right()) {
                    @Override
                    public void close() {
                        throw new IllegalStateException("for a test");
                    }
                }));
    }

    @ParameterizedTest(name = "one {0}", autoCloseArguments = false)
    @MethodSource("more")
    void outputsThatNobodyAskedForDoNoHarm(String what, @Nullable String name, @Nullable Tensor tensor)
            throws Exception {
        strange.behaviour = (path, inputs, control) -> {
            Map<String, Tensor> outputs = FakeBackend.answer(path, inputs, control);
            outputs.put(name, tensor);
            return outputs;
        };
        bench.backend("strange", 9, strange);
        Bench.await(() -> strange.opened.get() == 1);
        assertThat(bench.trace(Bench.request()).backend()).isEqualTo("strange");
    }

    @Test
    void oneTensorIsNotTwoOutputs() throws Exception {
        AdaptiveModel two = TestModels.builder("toy", "2.0.0")
                .signature(new ModelSignature(
                        List.of(new TensorSpec("x", ElementType.FLOAT32, List.of(TensorSpec.ANY, 4L))),
                        List.of(
                                new TensorSpec("y", ElementType.FLOAT32, List.of(TensorSpec.ANY, 3L)),
                                new TensorSpec("z", ElementType.FLOAT32, List.of(TensorSpec.ANY, 3L))),
                        Optional.empty()))
                .build();
        FakeBackend both = new FakeBackend();
        Own shared = new Own(right());
        both.behaviour = (path, inputs, control) -> new HashMap<>(Map.of("y", shared, "z", shared));
        try (Bench own = new Bench()
                .backend("both", 0, both)
                .policy("full", 0, FakePolicy.full())
                .model(two)) {
            own.awaitReady();
            assertThatThrownBy(() -> own.infer(Bench.request()))
                    .isInstanceOf(BackendException.class)
                    .hasMessageContaining("of another output, too");
            assertThat(shared.closed).hasValue(1);
        }
    }

    @Test
    void rowsOfDifferentWidthAreNoBatch() throws Exception {
        AdaptiveModel open = TestModels.builder("toy", "2.0.0")
                .signature(new ModelSignature(
                        List.of(new TensorSpec("x", ElementType.FLOAT32, List.of(TensorSpec.ANY, 4L))),
                        List.of(new TensorSpec("y", ElementType.FLOAT32, List.of(TensorSpec.ANY, TensorSpec.ANY))),
                        Optional.empty()))
                .build();
        FakeBackend uneven = new FakeBackend();
        uneven.behaviour = (path, inputs, control) -> {
            int rows = (int) Objects.requireNonNull(inputs.get("x")).shape().dimension(0);
            int width = path.depth();
            float[] values = new float[rows * width];
            Arrays.fill(values, width);
            return giving("y", HostTensor.ofFloats(Shape.of(rows, width), values));
        };
        try (Bench own = new Bench()
                .backend("uneven", 0, uneven)
                .policy("mixed", 0, new FakePolicy(context -> Stream.of(1, 3)
                        .map(depth -> Decision.run(TestModels.path(depth)))
                        .toList()))
                .model(open)) {
            own.awaitReady();
            assertThatThrownBy(() -> own.infer(Bench.request(2)))
                    .isInstanceOf(BackendException.class)
                    .hasMessageContaining("have the shapes");
        }
    }

    @Test
    void memoryThatCannotBeWrittenIsRefused() {
        HostTensor readOnly = HostTensor.wrap(
                ElementType.FLOAT32,
                Shape.of(1, 3),
                ByteBuffer.allocateDirect(12).asReadOnlyBuffer());
        assertThatThrownBy(() -> bench.infer(Bench.request().outputInto("y", readOnly)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("cannot be written");
    }

    @Test
    void anOutputThatIsLostWhileItIsCopiedIsAFailureAndNoSilence() {
        strange.behaviour = (path, inputs, control) -> giving("y", new Own(right()) {
            private int reads;

            @Override
            public ByteBuffer buffer() {
                if (++reads > 2) {
                    throw new NoClassDefFoundError("for a test");
                }
                return super.buffer();
            }
        });
        bench.backend("strange", 9, strange);
        Bench.await(() -> strange.opened.get() == 1);
        HostTensor mine = HostTensor.ofFloats(Shape.of(1, 3), 9, 9, 9);
        assertThatThrownBy(() -> bench.infer(Bench.request().outputInto("y", mine)))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("cannot be read");
        assertThat(bench.counter("failed")).isEqualTo(1);
    }

    @Test
    void aGoodAnswerDoesNotFailBecauseItCannotBeCompared() throws Exception {
        strange.behaviour = (path, inputs, control) -> {
            Map<String, Tensor> outputs = FakeBackend.answer(path, inputs, control);
            inputs.values().forEach(Tensor::close);
            return outputs;
        };
        bench.backend("strange", 9, strange);
        Bench.await(() -> strange.opened.get() == 1);
        bench.policy("new", -1, FakePolicy.depth(2)).trial("kind", "policy", "candidate", "new", "share", "1");
        assertThat(bench.trace(Bench.request()).backend()).isEqualTo("strange");
    }
}
