/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.backend;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.tminus.backend.BackendSession;
import org.tminus.backend.Run;
import org.tminus.model.Path;
import org.tminus.tck.Finding;
import org.tminus.tck.internal.Collected;
import org.tminus.tck.internal.Failures;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Tensor;

/** Preparing, closing, and whose memory is whose. */
public final class LifeChecks {
    private static final String KEEP_A_FLAG = "Remember that it is closed, and check that first in every method.";

    private static final String OWN_MEMORY = "Answer with memory of its own for each run; never reuse it for the next.";

    private final Subject subject;

    /** @param subject what is tested */
    public LifeChecks(Subject subject) {
        this.subject = subject;
    }

    /** Running before preparing, and preparing twice. */
    public void preparingIsHarmless() throws Exception {
        Path path = subject.model().menu().get(0);
        Map<String, Tensor> inputs = subject.some(2, 1);
        try (BackendSession session = subject.open()) {
            subject.expectRun("Running before anything is prepared", session, path, inputs);
            session.prepare(path);
            expectPrepared(session, path);
            session.prepare(path);
            expectPrepared(session, path);
            subject.expectRun("Running after preparing twice", session, path, inputs);
        }
    }

    private static void expectPrepared(BackendSession session, Path path) {
        if (!session.isPrepared(path)) {
            throw Finding.of(
                    "After prepare(" + path + "), isPrepared says no.",
                    "Yes.",
                    "Let isPrepared tell whether the compiled form is there; a backend that compiles nothing remembers"
                            + " the paths it was asked for.");
        }
    }

    /** Closing twice is harmless, use after close is an IllegalStateException. */
    public void closedMeansClosed() throws Exception {
        Path path = subject.model().menu().get(0);
        Map<String, Tensor> inputs = subject.some(2, 2);
        BackendSession session = subject.open();
        Run run = session.start(inputs, subject.everything());
        closeTwice("run", run);
        illegal("advance of a closed run", () -> run.advance(path.layers()));
        illegal("read of a closed run", () -> run.read(path.exit()));
        illegal("pooled of a closed run", run::pooled);
        illegal("retain of a closed run", () -> run.retain(new int[] {0}));
        session.prepare(path);
        closeTwice("session", session);
        illegal("prepare of a closed session", () -> session.prepare(path));
        illegal("run of a closed session", () -> session.run(path, inputs, subject.everything()));
        illegal("start of a closed session", () -> session.start(inputs, subject.everything()));
        try (BackendSession again = subject.open()) {
            subject.expectRun("Running in a session that was opened after another was closed", again, path, inputs);
        }
    }

    private static void closeTwice(String what, AutoCloseable closeable) throws Exception {
        closeable.close();
        Throwable thrown = Failures.thrown(closeable::close);
        if (thrown != null) {
            throw Finding.of(
                    "Closing a " + what + " once more threw " + thrown + ".",
                    "Nothing happens.",
                    "Free what you hold only when close is called first.",
                    thrown);
        }
    }

    private static void illegal(String what, Failures.Call call) {
        Failures.expect(IllegalStateException.class, "Calling " + what, KEEP_A_FLAG, call);
    }

    /** Outputs stay as they are when inputs change and other runs follow. */
    public void outputsAreTheCallers() throws Exception {
        Path path = subject.model().fullDepth();
        Map<String, Tensor> first = subject.some(2, 3);
        Map<String, Tensor> untouched = Subject.copy(first);
        try (BackendSession session = subject.open()) {
            for (boolean prepared : new boolean[] {false, true}) {
                if (prepared) {
                    session.prepare(path);
                }
                Map<String, Tensor> outputs = session.run(path, first, subject.everything());
                first.forEach(
                        (name, tensor) -> expectUnchanged(name, tensor, Objects.requireNonNull(untouched.get(name))));
                String output = outputs.keySet().iterator().next();
                float[] before = Answers.floats(Objects.requireNonNull(outputs.get(output)));
                subject.expectRun("Running other inputs", session, path, subject.some(2, 4));
                Answers.expectSame("After another run", still(outputs, output), before, OWN_MEMORY);
                Answers.close(outputs);
            }
        }
    }

    /** The numbers of an output, which nobody but the caller closes. */
    private static float[] still(Map<String, Tensor> outputs, String output) {
        try {
            return Answers.floats(Objects.requireNonNull(outputs.get(output)));
        } catch (IllegalStateException e) {
            throw Finding.of(
                    "After another run's outputs were closed, the numbers have changed: an earlier output is closed, too.",
                    "An output that lasts until its own caller closes it.",
                    OWN_MEMORY,
                    e);
        }
    }

    private static void expectUnchanged(String name, Tensor actual, Tensor expected) {
        ByteBuffer found = actual.buffer();
        if (!found.equals(expected.buffer())) {
            throw Finding.of(
                    "The run wrote into the caller's input '" + name + "'.",
                    "Inputs as they were.",
                    "Compute in memory of your own.");
        }
    }

    /** Nothing refers to the inputs when the run is over, and what the caller writes there later does not matter. */
    public void inputsAreNotKept() throws Exception {
        Path path = subject.model().fullDepth();
        try (BackendSession session = subject.open()) {
            session.prepare(path);
            reuse(session, path);
            for (WeakReference<?> reference : List.of(forgotten(session, path), forgottenSteps(session, path))) {
                if (!Collected.soon(reference)) {
                    throw Finding.of(
                            "After the run was over, its inputs were still referred to.",
                            "Nothing refers to them; they belong to the caller.",
                            "Keep inputs in local variables, or let go of them in close() of the run.");
                }
            }
        }
    }

    private void reuse(BackendSession session, Path path) throws Exception {
        Map<String, Tensor> inputs = subject.some(2, 11);
        Map<String, Tensor> later = subject.some(2, 12);
        subject.expectRun("Running", session, path, inputs);
        later.forEach((name, tensor) -> ((HostTensor) Objects.requireNonNull(inputs.get(name))).write(tensor));
        subject.expectRun("Running the same tensors with new numbers in them", session, path, inputs);
    }

    private WeakReference<?> forgotten(BackendSession session, Path path) throws Exception {
        Map<String, Tensor> inputs = subject.some(1, 13);
        Answers.close(session.run(path, inputs, subject.everything()));
        return new WeakReference<>(inputs.values().iterator().next());
    }

    private WeakReference<?> forgottenSteps(BackendSession session, Path path) throws Exception {
        Map<String, Tensor> inputs = subject.some(1, 14);
        try (Run run = session.start(inputs, subject.everything())) {
            run.advance(path.layers());
            Answers.close(run.read(path.exit()));
        }
        return new WeakReference<>(inputs.values().iterator().next());
    }
}
