/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.backend.BackendSession;
import org.tminus.backend.Run;
import org.tminus.backend.RunControl;
import org.tminus.backend.RunControls;
import org.tminus.failure.DeadlineExceededException;
import org.tminus.failure.RequestCancelledException;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ExitId;
import org.tminus.model.Path;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Tensor;

/** Sessions under concurrency, cancellation and long use. */
@Timeout(120)
class CpuSessionLoadTest {
    private static final int THREADS = 8;

    @TempDir
    java.nio.file.Path folder;

    private final CpuBackend backend = Fixture.backend();

    /** Takes some hundred milliseconds for a batch of 8, of which a single layer takes a small part. */
    private AdaptiveModel slow() throws Exception {
        return TestModels.vision(folder, TestModels.Options.small().sized(12, 128, 192));
    }

    @Test
    void stopsInsideACompiledPathWhenCancelled() throws Exception {
        AdaptiveModel model = slow();
        Map<String, Tensor> inputs = TestModels.inputs(model, 8, 1);
        try (BackendSession session = backend.open(model)) {
            for (boolean prepared : new boolean[] {false, true}) {
                if (prepared) {
                    session.prepare(model.fullDepth());
                }
                RunControls.CancellableControl control = RunControls.cancellable(Set.of("logits"), Map.of(), null);
                CountDownLatch watched = new CountDownLatch(1);
                Thread canceller = new Thread(() -> {
                    awaitQuietly(watched);
                    control.cancel();
                });
                canceller.start();
                assertThatExceptionOfType(RequestCancelledException.class)
                        .isThrownBy(() -> session.run(model.fullDepth(), inputs, telling(control, watched)));
                canceller.join();
                assertThat(Fixture.difference(
                                Fixture.run(session, model.fullDepth(), inputs), Fixture.plain(model, inputs)))
                        .isLessThan(1e-5);
            }
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The same control, which tells when a run has begun to watch it. */
    private static RunControl telling(RunControl control, CountDownLatch watched) {
        return new RunControl() {
            @Override
            public Set<String> requestedOutputs() {
                return control.requestedOutputs();
            }

            @Override
            public Optional<HostTensor> destination(String output) {
                return control.destination(output);
            }

            @Override
            public boolean isCancelled() {
                return control.isCancelled();
            }

            @Override
            public long nanosLeft() {
                return control.nanosLeft();
            }

            @Override
            public void check() throws RequestCancelledException, DeadlineExceededException {
                control.check();
            }

            @Override
            public Registration onCancel(Runnable action) {
                Registration registration = control.onCancel(action);
                watched.countDown();
                return registration;
            }
        };
    }

    @Test
    void stopsAtTheDeadline() throws Exception {
        AdaptiveModel model = slow();
        Map<String, Tensor> inputs = TestModels.inputs(model, 8, 1);
        try (BackendSession session = backend.open(model)) {
            for (boolean prepared : new boolean[] {false, true}) {
                if (prepared) {
                    session.prepare(model.fullDepth());
                }
                Fixture.run(session, model.fullDepth(), inputs);
                assertThatExceptionOfType(DeadlineExceededException.class)
                        .isThrownBy(() -> session.run(
                                model.fullDepth(),
                                inputs,
                                RunControls.cancellable(Set.of("logits"), Map.of(), Duration.ofMillis(10))));
                assertThat(session.run(
                                model.fullDepth(),
                                inputs,
                                RunControls.cancellable(Set.of("logits"), Map.of(), Duration.ofMinutes(5))))
                        .containsKey("logits");
            }
        }
    }

    @Test
    void answersRightlyWhilePathsAreCompiledAndEvicted() throws Exception {
        AdaptiveModel model = TestModels.encoder(folder, TestModels.Options.small());
        CpuBackend limited = new CpuBackend(Fixture.RUNTIME, new Limits(2, 1L << 30));
        Random random = new Random(3);
        List<Path> paths = new ArrayList<>();
        List<Map<String, Tensor>> inputs = new ArrayList<>();
        List<Tensor> expected = new ArrayList<>();
        BackendSession session = limited.open(model);
        for (int i = 0; i < 12; i++) {
            paths.add(Fixture.randomPath(model, random));
            inputs.add(TestModels.inputs(model, 1 + i % 8, i));
            expected.add(Fixture.run(session, paths.get(i), inputs.get(i)));
        }
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1);
        try {
            Future<?> compiler = threads.submit(() -> {
                for (int round = 0; !stop.get(); round++) {
                    session.prepare(paths.get(round % paths.size()));
                }
                return null;
            });
            List<Future<Double>> runners = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int seed = thread;
                runners.add(threads.submit(() -> worstDifference(session, paths, inputs, expected, seed)));
            }
            for (Future<Double> runner : runners) {
                assertThat(runner.get(90, TimeUnit.SECONDS)).isLessThan(1e-5);
            }
            stop.set(true);
            compiler.get(30, TimeUnit.SECONDS);
        } finally {
            stop.set(true);
            threads.shutdown();
            session.close();
        }
        assertThat(limited.memoryBytes()).isZero();
    }

    private static double worstDifference(
            BackendSession session, List<Path> paths, List<Map<String, Tensor>> inputs, List<Tensor> expected, int seed)
            throws Exception {
        Random random = new Random(seed);
        double worst = 0;
        for (int round = 0; round < 150; round++) {
            int pick = random.nextInt(paths.size());
            Tensor answer = Fixture.run(session, paths.get(pick), inputs.get(pick));
            worst = Math.max(worst, Fixture.difference(answer, expected.get(pick)));
        }
        return worst;
    }

    @Test
    void closingUnderLoadEndsEveryRunWithAnAnswerOrAnError() throws Exception {
        AdaptiveModel model = TestModels.vision(folder, TestModels.Options.small());
        Map<String, Tensor> inputs = TestModels.inputs(model, 2, 1);
        Tensor expected = Fixture.plain(model, inputs);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            for (int round = 0; round < 10; round++) {
                BackendSession session = backend.open(model);
                session.prepare(model.fullDepth());
                CountDownLatch running = new CountDownLatch(THREADS);
                List<Future<Integer>> runners = new ArrayList<>();
                for (int thread = 0; thread < THREADS; thread++) {
                    Path path = thread % 2 == 0 ? model.fullDepth() : Fixture.prefix(model, 2);
                    runners.add(threads.submit(() -> runUntilClosed(session, path, inputs, running)));
                }
                assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();
                session.close();
                for (Future<Integer> runner : runners) {
                    assertThat(runner.get(60, TimeUnit.SECONDS)).isPositive();
                }
                assertThat(backend.memoryBytes()).isZero();
            }
        } finally {
            threads.shutdown();
        }
        try (BackendSession session = backend.open(model)) {
            assertThat(Fixture.difference(Fixture.run(session, model.fullDepth(), inputs), expected))
                    .isLessThan(1e-5);
        }
    }

    private static int runUntilClosed(
            BackendSession session, Path path, Map<String, Tensor> inputs, CountDownLatch running) throws Exception {
        int runs = 0;
        while (true) {
            try {
                Fixture.run(session, path, inputs);
            } catch (IllegalStateException e) {
                return runs;
            }
            if (runs++ == 0) {
                running.countDown();
            }
        }
    }

    @Test
    void doesNotGrowWithTheNumberOfRuns() throws Exception {
        assumeThat(java.nio.file.Path.of("/proc/self/status")).exists();
        // A hidden state of 512 KiB: one that is lost in each of the rounds of one kind would show as 100 MiB.
        AdaptiveModel model =
                TestModels.encoder(folder, TestModels.Options.small().sized(2, 0, 32));
        Map<String, Tensor> inputs = wide(model);
        try (BackendSession session = backend.open(model)) {
            session.prepare(model.fullDepth());
            useInAllWays(session, model, inputs, 200);
            long before = residentBytes();
            useInAllWays(session, model, inputs, 1000);
            assertThat(residentBytes() - before).isLessThan(64L << 20);
        }
    }

    private static Map<String, Tensor> wide(AdaptiveModel model) {
        long[] ones = new long[64 * 64];
        java.util.Arrays.fill(ones, 1);
        HostTensor tensor = HostTensor.ofLongs(org.tminus.tensor.Shape.of(64, 64), ones);
        assertThat(model.signature().inputs()).hasSize(2);
        return Map.of("input_ids", tensor, "attention_mask", tensor);
    }

    private static void useInAllWays(
            BackendSession session, AdaptiveModel model, Map<String, Tensor> inputs, int rounds) throws Exception {
        for (int round = 0; round < rounds; round++) {
            switch (round % 5) {
                case 0 -> Fixture.run(session, model.fullDepth(), inputs);
                case 1 -> Fixture.run(session, Fixture.prefix(model, 1), inputs);
                case 2 -> {
                    try (Run run = session.start(inputs, Fixture.logits())) {
                        run.advance(model.fullDepth().layers().subList(0, 1));
                        run.pooled();
                        run.retain(new int[] {0, 3, 5, 9});
                        run.read(new ExitId("exit.0"));
                    }
                }
                case 3 -> {
                    RunControls.CancellableControl control =
                            RunControls.cancellable(Set.of("logits"), Map.of(), Duration.ofMinutes(1));
                    try (Run run = session.start(inputs, control)) {
                        control.cancel();
                        assertThatExceptionOfType(TminusException.class)
                                .isThrownBy(() -> run.advance(model.fullDepth().layers()));
                    }
                }
                default -> {
                    // Abandoned in the middle.
                    session.start(inputs, Fixture.logits()).close();
                }
            }
        }
    }

    private static long residentBytes() throws Exception {
        for (String line : Files.readAllLines(java.nio.file.Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IllegalStateException("There is no VmRSS");
    }
}
