/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Version;
import org.tminus.failure.BackendException;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.Trace;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelSignature;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

/** Versions of a model that come, fail and go while requests are at work. */
class VersionTest {
    private static final Version OLD = new Version(1, 0, 0);
    private static final Version NEW = new Version(2, 0, 0);

    private final FakeBackend backend = new FakeBackend();
    private final Bench bench = Bench.ready(backend);
    private final AdaptiveModel newer = TestModels.model("toy", NEW.toString());

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void aVersionThatCannotBeOpenedDoesNotStandBeforeAnOlderOneWhileBackendsChange() throws Exception {
        CountDownLatch mayOpen = new CountDownLatch(1);
        FakeBackend next = new FakeBackend();
        next.opening = model -> {
            if (model.version().equals(NEW)) {
                throw new BackendException("It has an operator that nobody knows.", "");
            }
            try {
                mayOpen.await();
            } catch (InterruptedException e) {
                throw new BackendException("interrupted", "", e);
            }
        };
        bench.removeBackend(backend);
        bench.backend("next", 0, next).model(newer);
        Bench.await(() -> bench.counter("sessionsFailed") > 0);

        CompletableFuture<InferenceResult> answer =
                bench.coordinator.service().submit(Bench.request().build()).toCompletableFuture();
        assertThat(answer).isNotDone();
        mayOpen.countDown();

        try (InferenceResult result = answer.get()) {
            assertThat(result.traces()).extracting(Trace::modelVersion).containsExactly(OLD);
        }
    }

    @Test
    void anOlderVersionThatIsOpenAnswersWhoeverWaitsForANewerOne() throws Exception {
        CountDownLatch mayOpenOld = new CountDownLatch(1);
        CountDownLatch mayOpenNew = new CountDownLatch(1);
        FakeBackend next = new FakeBackend();
        next.opening = model -> {
            try {
                (model.version().equals(NEW) ? mayOpenNew : mayOpenOld).await();
            } catch (InterruptedException e) {
                throw new BackendException("interrupted", "", e);
            }
        };
        bench.removeBackend(backend);
        bench.model(newer).backend("next", 0, next);

        CompletableFuture<InferenceResult> answer =
                bench.coordinator.service().submit(Bench.request().build()).toCompletableFuture();
        assertThat(answer).isNotDone();
        mayOpenOld.countDown();

        try (InferenceResult result = answer.get(10, TimeUnit.SECONDS)) {
            assertThat(result.traces()).extracting(Trace::modelVersion).containsExactly(OLD);
        } finally {
            mayOpenNew.countDown();
        }
    }

    @Test
    void aRequestIsNotHeldAgainstABadVersionWhileNoneIsOpenYet() throws Exception {
        CountDownLatch mayOpen = new CountDownLatch(1);
        FakeBackend next = new FakeBackend();
        next.opening = model -> {
            try {
                mayOpen.await();
            } catch (InterruptedException e) {
                throw new BackendException("interrupted", "", e);
            }
            if (model.version().equals(NEW)) {
                throw new BackendException("Its output is not what it says.", "");
            }
        };
        AdaptiveModel other = TestModels.builder("toy", NEW.toString())
                .signature(new ModelSignature(
                        List.of(new TensorSpec("x", ElementType.FLOAT32, List.of(TensorSpec.ANY, 5L))),
                        List.of(new TensorSpec("y", ElementType.FLOAT32, List.of(TensorSpec.ANY, 3L))),
                        Optional.empty()))
                .build();
        bench.removeBackend(backend);
        bench.model(other).backend("next", 0, next);

        CompletableFuture<InferenceResult> answer =
                bench.coordinator.service().submit(Bench.request().build()).toCompletableFuture();
        CompletableFuture<InferenceResult> neither = bench.coordinator
                .service()
                .submit(InferenceRequest.builder("toy")
                        .input("x", HostTensor.ofFloats(Shape.of(1, 6), new float[6]))
                        .build())
                .toCompletableFuture();
        assertThat(answer).isNotDone();
        assertThat(neither).isCompletedExceptionally();
        mayOpen.countDown();

        try (InferenceResult result = answer.get()) {
            assertThat(result.traces()).extracting(Trace::modelVersion).containsExactly(OLD);
        }
    }

    @Test
    void anOlderVersionAnswersWhereTheNewerWentWhileItsBackendFailed() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        AtomicBoolean first = new AtomicBoolean(true);
        bench.model(newer);
        Bench.await(() -> backend.opened.get() == 2);
        backend.behaviour = (path, inputs, control) -> {
            if (!first.getAndSet(false)) {
                return FakeBackend.answer(path, inputs, control);
            }
            running.countDown();
            try {
                gone.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new BackendException("out of memory", "");
        };
        CompletableFuture<InferenceResult> answer =
                bench.coordinator.service().submit(Bench.request().build()).toCompletableFuture();
        running.await();
        // It waits for the request to end, so another thread does it.
        Thread removal = new Thread(() -> bench.coordinator.board().unbindModel(newer));
        removal.start();
        Bench.await(
                () -> bench.coordinator.board().current().models().get("toy").size() == 1);
        gone.countDown();

        try (InferenceResult result = answer.get()) {
            assertThat(result.traces()).singleElement().satisfies(trace -> {
                assertThat(trace.modelVersion()).isEqualTo(OLD);
                assertThat(trace.fallbacks()).singleElement().asString().contains("out of memory");
            });
        }
        removal.join();
        assertThat(bench.counter("failed")).isZero();
    }

    @Test
    void aBackendWhoseCallTookTooLongIsNotHeldOnceItWent() throws Exception {
        bench.configuration.update(Map.of("pluginTimeoutMillis", "50"));
        WeakReference<FakeBackend> slow = callASlowBackend();
        Bench.await(() -> {
            System.gc();
            return slow.get() == null;
        });
    }

    private WeakReference<FakeBackend> callASlowBackend() throws Exception {
        FakeBackend slow = new FakeBackend();
        slow.behaviour = (path, inputs, control) -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new BackendException("interrupted", "");
        };
        bench.backend("slow", 9, slow);
        Bench.await(() -> slow.opened.get() == 1);
        bench.infer(Bench.request()).close();
        bench.removeBackend(slow);
        return new WeakReference<>(slow);
    }
}
