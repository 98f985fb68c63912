/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Exchanger;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.tminus.backend.Backend;
import org.tminus.backend.BackendSession;
import org.tminus.backend.DeviceDescription;
import org.tminus.backend.Run;
import org.tminus.backend.RunControl;
import org.tminus.backend.RunControls;
import org.tminus.backend.Telemetry;
import org.tminus.failure.BackendException;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.tck.WrappedBackend.Session;
import org.tminus.tck.WrappedBackend.Steps;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** For each test of the contract a backend that is good but for one thing. */
class BrokenBackendsTest {
    private static Backend broken = new WrappedBackend();

    static class Contract extends BackendContract {
        @Override
        protected Backend backend() {
            return broken;
        }
    }

    private record Case(String test, String words, Backend backend) {}

    @TestFactory
    Stream<DynamicTest> isFound() {
        return cases().stream()
                .map(broke -> DynamicTest.dynamicTest(broke.test() + ": " + broke.words(), () -> {
                    broken = broke.backend();
                    Verdict.expectFinding(Contract.class, broke.test(), broke.words());
                }));
    }

    private static List<Case> cases() {
        return List.of(
                new Case("describesItsDevice", "deviceClass is 'My Device'", new WrappedBackend() {
                    @Override
                    public DeviceDescription device() {
                        return DeviceDescription.builder("My Device").build();
                    }
                }),
                new Case("telemetryIsPlausible", "load is 37.0", new WrappedBackend() {
                    @Override
                    public Telemetry telemetry() {
                        return Telemetry.builder().figure(Telemetry.LOAD, 37).build();
                    }
                }),
                new Case("answersAsOnnxRuntime", "as ONNX Runtime answers", sessions(ALittleOff::new)),
                new Case("answersWhatIsAskedFor", "it answered with the outputs", sessions(TooMuch::new)),
                new Case("writesToTheCallersMemory", "another tensor than the caller's", sessions(OwnMemory::new)),
                new Case("answersManyThreadsAlike", "many threads at once", sessions(Swapping::new)),
                new Case("stepsAnswerAsWholeRuns", "Advancing", steps(Lazy::new)),
                new Case("readingLeavesTheState", "Pooling", steps(Unpooled::new)),
                new Case("retainedRowsGoOn", "Going on with the rows", steps(FirstRows::new)),
                new Case("refusesNonsenseOnTheWay", "was accepted", steps(Tolerant::new)),
                new Case("preparingIsHarmless", "isPrepared says no", sessions(Forgetful::new)),
                new Case("closedMeansClosed", "nothing was thrown", sessions(Immortal::new)),
                new Case("outputsAreTheCallers", "the numbers have changed", sessions(Reusing::new)),
                new Case("inputsAreNotKept", "still referred to", sessions(Hoarding::new)),
                new Case("doesNotBeginInVain", "when the request was cancelled", sessions(Deaf::new)),
                new Case("stopsBetweenLayers", "control.check() was called", sessions(DeafSteps::new)),
                new Case("refusesDamagedModels", "A TminusException", new Crashing()),
                new Case("refusesDamagedModels", "without advice", new Adviceless()),
                new Case("refusesWhatDoesNotFit", "it threw java.lang.NullPointerException", sessions(Npe::new)),
                new Case("memoryStopsGrowing", "the Java heap in use still grew", sessions(Leaking::new)),
                new Case(
                        "memoryStopsGrowing",
                        "the resident memory beside Java's heap still grew",
                        sessions(NativeLeaking::new)),
                new Case("memoryStopsGrowing", "With all sessions closed", new Uncounting()));
    }

    private static Backend sessions(Function<BackendSession, BackendSession> wrapper) {
        return new WrappedBackend() {
            @Override
            BackendSession wrap(BackendSession session) {
                return wrapper.apply(session);
            }
        };
    }

    private static Backend steps(Function<Run, Run> wrapper) {
        return sessions(session -> new Session(session) {
            @Override
            Run wrap(Run run) {
                return wrapper.apply(run);
            }
        });
    }

    private static final class ALittleOff extends Session {
        ALittleOff(BackendSession inner) {
            super(inner);
        }

        @Override
        public Map<String, Tensor> run(Path path, Map<String, Tensor> inputs, RunControl control)
                throws TminusException {
            Map<String, Tensor> answers = new HashMap<>();
            super.run(path, inputs, control).forEach((name, tensor) -> {
                HostTensor changed = HostTensor.copyOf(tensor);
                changed.writableBuffer().putFloat(changed.buffer().getFloat() + 0.01f);
                answers.put(name, changed);
            });
            return answers;
        }
    }

    private static final class TooMuch extends Session {
        TooMuch(BackendSession inner) {
            super(inner);
        }

        @Override
        public Map<String, Tensor> run(Path path, Map<String, Tensor> inputs, RunControl control)
                throws TminusException {
            return super.run(path, inputs, RunControls.forOutputs("logits", "embedding"));
        }
    }

    private static final class OwnMemory extends Session {
        OwnMemory(BackendSession inner) {
            super(inner);
        }

        @Override
        public Map<String, Tensor> run(Path path, Map<String, Tensor> inputs, RunControl control)
                throws TminusException {
            return super.run(
                    path,
                    inputs,
                    RunControls.forOutputs(control.requestedOutputs().toArray(String[]::new)));
        }
    }

    /** Two threads that meet take each other's inputs. */
    private static final class Swapping extends Session {
        private final Exchanger<Map<String, Tensor>> exchanger = new Exchanger<>();

        Swapping(BackendSession inner) {
            super(inner);
        }

        @Override
        public Map<String, Tensor> run(Path path, Map<String, Tensor> inputs, RunControl control)
                throws TminusException {
            try {
                return super.run(path, exchanger.exchange(inputs, 50, TimeUnit.MILLISECONDS), control);
            } catch (TimeoutException e) {
                return super.run(path, inputs, control);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static final class Lazy extends Steps {
        Lazy(Run inner) {
            super(inner);
        }

        @Override
        public void advance(List<LayerId> layers) throws TminusException {
            if (!layers.contains(new LayerId("layer.2"))) {
                super.advance(layers);
            }
        }
    }

    private static final class Unpooled extends Steps {
        Unpooled(Run inner) {
            super(inner);
        }

        @Override
        public Tensor pooled() throws TminusException {
            try (Tensor pooled = super.pooled()) {
                return HostTensor.allocate(pooled.elementType(), pooled.shape());
            }
        }
    }

    private static final class FirstRows extends Steps {
        FirstRows(Run inner) {
            super(inner);
        }

        @Override
        public void retain(int[] rows) throws TminusException {
            super.retain(IntStream.range(0, rows.length).toArray());
        }
    }

    private static final class Tolerant extends Steps {
        Tolerant(Run inner) {
            super(inner);
        }

        @Override
        public void retain(int[] rows) {}
    }

    private static final class Forgetful extends Session {
        Forgetful(BackendSession inner) {
            super(inner);
        }

        @Override
        public boolean isPrepared(Path path) {
            return false;
        }
    }

    private static final class Immortal extends Session {
        Immortal(BackendSession inner) {
            super(inner);
        }

        @Override
        public void close() {}
    }

    private static final class Reusing extends Session {
        private final Map<Shape, HostTensor> kept = new HashMap<>();

        Reusing(BackendSession inner) {
            super(inner);
        }

        @Override
        public Map<String, Tensor> run(Path path, Map<String, Tensor> inputs, RunControl control)
                throws TminusException {
            Map<String, Tensor> answers = new HashMap<>();
            super.run(path, inputs, control).forEach((name, tensor) -> {
                HostTensor own =
                        kept.computeIfAbsent(tensor.shape(), shape -> HostTensor.allocate(tensor.elementType(), shape));
                own.write(tensor);
                answers.put(name, own);
            });
            return answers;
        }
    }

    private static final class Hoarding extends Session {
        private final List<Map<String, Tensor>> kept = new ArrayList<>();

        Hoarding(BackendSession inner) {
            super(inner);
        }

        @Override
        public Map<String, Tensor> run(Path path, Map<String, Tensor> inputs, RunControl control)
                throws TminusException {
            kept.add(inputs);
            return super.run(path, inputs, control);
        }
    }

    private static RunControl deafened(RunControl control) {
        return RunControls.forOutputs(control.requestedOutputs().toArray(String[]::new));
    }

    private static final class Deaf extends Session {
        Deaf(BackendSession inner) {
            super(inner);
        }

        @Override
        public Map<String, Tensor> run(Path path, Map<String, Tensor> inputs, RunControl control)
                throws TminusException {
            return super.run(path, inputs, deafened(control));
        }
    }

    private static final class DeafSteps extends Session {
        DeafSteps(BackendSession inner) {
            super(inner);
        }

        @Override
        public Run start(Map<String, Tensor> inputs, RunControl control) throws TminusException {
            control.check();
            return super.start(inputs, deafened(control));
        }
    }

    private static final class Crashing extends WrappedBackend {
        @Override
        public BackendSession open(AdaptiveModel model) throws BackendException {
            try {
                return super.open(model);
            } catch (BackendException e) {
                throw new IllegalArgumentException(e);
            }
        }
    }

    private static final class Adviceless extends WrappedBackend {
        @Override
        public BackendSession open(AdaptiveModel model) throws BackendException {
            try {
                return super.open(model);
            } catch (BackendException e) {
                throw new BackendException("It did not work.", "", e);
            }
        }
    }

    private static final class Npe extends Session {
        Npe(BackendSession inner) {
            super(inner);
        }

        @Override
        public Map<String, Tensor> run(Path path, Map<String, Tensor> inputs, RunControl control)
                throws TminusException {
            try {
                return super.run(path, inputs, control);
            } catch (TminusException e) {
                throw new NullPointerException(e.getMessage());
            }
        }
    }

    private static final class Leaking extends Session {
        private static final List<byte[]> LOST = new ArrayList<>();

        Leaking(BackendSession inner) {
            super(inner);
        }

        @Override
        public Map<String, Tensor> run(Path path, Map<String, Tensor> inputs, RunControl control)
                throws TminusException {
            synchronized (LOST) {
                LOST.add(new byte[8 << 10]);
            }
            return super.run(path, inputs, control);
        }
    }

    private static final class NativeLeaking extends Session {
        private static final List<ByteBuffer> LOST = new ArrayList<>();

        NativeLeaking(BackendSession inner) {
            super(inner);
        }

        @Override
        public Map<String, Tensor> run(Path path, Map<String, Tensor> inputs, RunControl control)
                throws TminusException {
            synchronized (LOST) {
                LOST.add(ByteBuffer.allocateDirect(24 << 10));
            }
            return super.run(path, inputs, control);
        }
    }

    /** Counts what it opens, and forgets to subtract once. */
    private static final class Uncounting extends WrappedBackend {
        private final Map<BackendSession, Integer> opened = new ConcurrentHashMap<>();

        @Override
        BackendSession wrap(BackendSession session) {
            if (opened.isEmpty()) {
                opened.put(session, 1);
            }
            return session;
        }

        @Override
        public Telemetry telemetry() {
            return Telemetry.builder()
                    .figure(Telemetry.MEMORY_BYTES, 100 * opened.size())
                    .build();
        }
    }
}
