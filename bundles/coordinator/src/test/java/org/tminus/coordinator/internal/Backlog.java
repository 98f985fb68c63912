/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.tminus.backend.RunControl;
import org.tminus.failure.TminusException;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.model.Path;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** A backend whose only worker is busy until {@link #open}, so that what is submitted meanwhile waits. */
final class Backlog {
    private static final float OCCUPANT = -1;

    /** The values in column 0 of each run, but for what keeps the worker busy. */
    final List<List<Float>> runs = Collections.synchronizedList(new ArrayList<>());
    /** What happens when a path runs; the worker is kept busy in any case. */
    volatile FakeBackend.Behaviour behaviour = FakeBackend::answer;

    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile CountDownLatch busy = new CountDownLatch(0);

    Backlog(FakeBackend backend) {
        backend.behaviour = this::run;
    }

    private Map<String, Tensor> run(Path path, Map<String, Tensor> inputs, RunControl control) throws TminusException {
        List<Float> values = values(inputs);
        if (values.get(0) == OCCUPANT) {
            busy.countDown();
            QueueTest.awaitIgnoringInterrupts(gate);
            return FakeBackend.answer(path, inputs, control);
        }
        runs.add(values);
        return behaviour.run(path, inputs, control);
    }

    static List<Float> values(Map<String, Tensor> inputs) {
        Tensor x = inputs.get("x");
        List<Float> values = new ArrayList<>();
        for (int row = 0; x != null && row < x.shape().dimension(0); row++) {
            values.add(x.buffer().asFloatBuffer().get(row * 4));
        }
        return x == null ? List.of(0f) : values;
    }

    /** Rows with these values in column 0. */
    static InferenceRequest.Builder request(float... values) {
        float[] x = new float[values.length * 4];
        for (int row = 0; row < values.length; row++) {
            x[row * 4] = values[row];
        }
        return InferenceRequest.builder("toy").input("x", HostTensor.ofFloats(Shape.of(values.length, 4), x));
    }

    /** Keeps the worker of a bench busy. */
    CompletableFuture<InferenceResult> close(Bench bench) {
        gate = new CountDownLatch(1);
        busy = new CountDownLatch(1);
        CompletableFuture<InferenceResult> occupant =
                bench.coordinator.service().submit(request(OCCUPANT).build());
        Bench.await(() -> busy.getCount() == 0);
        return occupant;
    }

    void open() {
        gate.countDown();
    }
}
