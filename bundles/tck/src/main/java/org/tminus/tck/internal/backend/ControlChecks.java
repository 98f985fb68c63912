/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.backend;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.tminus.backend.BackendSession;
import org.tminus.backend.Run;
import org.tminus.backend.RunControls;
import org.tminus.failure.DeadlineExceededException;
import org.tminus.failure.RequestCancelledException;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.tck.Finding;
import org.tminus.tck.internal.Failures;
import org.tminus.tensor.Tensor;

/** Cancellation and deadlines. */
public final class ControlChecks {
    private static final String CHECK =
            "Call control.check() at the beginning and between layers, and let what it throws through.";

    private final Subject subject;

    /** @param subject what is tested */
    public ControlChecks(Subject subject) {
        this.subject = subject;
    }

    /** A request that is cancelled or late before it begins. */
    public void doesNotBeginInVain() throws Exception {
        Path path = subject.model().fullDepth();
        Map<String, Tensor> inputs = subject.some(2, 1);
        try (BackendSession session = subject.open()) {
            for (boolean prepared : new boolean[] {false, true}) {
                if (prepared) {
                    session.prepare(path);
                }
                String way = prepared ? " a prepared path" : " a path";
                var cancelled = RunControls.cancellable(subject.outputs(), Map.of(), null);
                cancelled.cancel();
                Failures.expect(
                        RequestCancelledException.class,
                        "Running" + way + " when the request was cancelled",
                        CHECK,
                        () -> session.run(path, inputs, cancelled));
                var late = RunControls.cancellable(subject.outputs(), Map.of(), Duration.ofNanos(-1));
                Failures.expect(
                        DeadlineExceededException.class,
                        "Running" + way + " after the deadline",
                        CHECK,
                        () -> session.run(path, inputs, late));
            }
            subject.expectRun("Running after cancelled runs", session, path, inputs);
        }
    }

    /** A request that is cancelled while its layers run. */
    public void stopsBetweenLayers() throws Exception {
        List<LayerId> layers = subject.layers();
        Map<String, Tensor> inputs = subject.some(2, 2);
        try (BackendSession session = subject.open()) {
            WatchfulControl counted = new WatchfulControl(subject.outputs());
            try (Run run = session.start(inputs, counted)) {
                int before = counted.looks();
                for (LayerId layer : layers) {
                    run.advance(List.of(layer));
                }
                expectLooks("While " + layers.size() + " layers ran one by one", counted, before, layers.size());
            }
            expectNothingRegistered(counted);
            counted = new WatchfulControl(subject.outputs());
            Answers.close(session.run(subject.model().fullDepth(), inputs, counted));
            expectLooks("While a path of " + layers.size() + " layers ran unprepared", counted, 0, layers.size());
            expectNothingRegistered(counted);
            expectStop(session, inputs, layers);
        }
    }

    private static void expectLooks(String when, WatchfulControl control, int before, int expected) {
        int looks = control.looks() - before;
        if (looks < expected && control.registered() == 0) {
            throw Finding.of(
                    when + ", control.check() was called " + looks + " times.",
                    "At least " + expected + " times, once for each layer, or an action registered by onCancel.",
                    CHECK);
        }
    }

    private static void expectNothingRegistered(WatchfulControl control) {
        if (control.open() != 0) {
            throw Finding.of(
                    "After the run, " + control.open() + " actions were still registered by onCancel.",
                    "None.",
                    "Close what onCancel returns when the run is over.");
        }
    }

    private void expectStop(BackendSession session, Map<String, Tensor> inputs, List<LayerId> layers) throws Exception {
        WatchfulControl control = new WatchfulControl(subject.outputs());
        try (Run run = session.start(inputs, control)) {
            run.advance(layers.subList(0, 1));
            control.cancelAfter(0);
            Failures.expect(
                    RequestCancelledException.class,
                    "Advancing after the request was cancelled",
                    CHECK,
                    () -> run.advance(layers.subList(1, layers.size())));
        }
        expectNothingRegistered(control);
        subject.expectRun(
                "Running after a run that was cancelled",
                session,
                subject.model().fullDepth(),
                inputs);
    }
}
