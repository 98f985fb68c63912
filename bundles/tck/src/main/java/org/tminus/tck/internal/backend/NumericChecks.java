/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.backend;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.tminus.backend.BackendSession;
import org.tminus.backend.RunControls;
import org.tminus.model.Path;
import org.tminus.tck.Finding;
import org.tminus.tck.internal.Crowd;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Tensor;

/** Whole runs: the right numbers, in the right place, whoever asks. */
public final class NumericChecks {
    private static final int[] BATCHES = {1, 2, 5};

    private final Subject subject;

    /** @param subject what is tested */
    public NumericChecks(Subject subject) {
        this.subject = subject;
    }

    /** All batches and lengths along one path, before and after it is prepared. */
    public void answersAsOnnxRuntime(Path path) throws Exception {
        try (BackendSession session = subject.open()) {
            for (boolean prepared : new boolean[] {false, true}) {
                if (prepared) {
                    session.prepare(path);
                }
                for (int rows : BATCHES) {
                    for (int length : subject.kit().lengths()) {
                        Map<String, Tensor> inputs = subject.kit().inputs(rows, length, 31L * rows + length);
                        String when = "Running " + path + " of " + subject.kit() + (prepared ? ", prepared," : "")
                                + " with " + rows + " rows" + (length > 0 ? " of length " + length : "");
                        subject.expectRun(when, session, path, inputs);
                    }
                }
            }
        }
    }

    /** Some outputs only, in the caller's memory or not. */
    public void answersWhatIsAskedFor() throws Exception {
        Path path = subject.model().fullDepth();
        Map<String, Tensor> inputs = subject.some(3, 5);
        Map<String, HostTensor> expected = subject.reference().run(path, inputs);
        try (BackendSession session = subject.open()) {
            for (String output : subject.outputs()) {
                Map<String, Tensor> actual = session.run(path, inputs, RunControls.forOutputs(output));
                Answers.expect(
                        "Asking for '" + output + "' alone", actual, expected, Set.of(output), subject.tolerance());
                Answers.close(actual);
            }
        }
    }

    /** Outputs go to the caller's memory, whole, prepared or step by step. */
    public void writesToTheCallersMemory() throws Exception {
        Path path = subject.model().fullDepth();
        Map<String, Tensor> inputs = subject.some(2, 6);
        Map<String, HostTensor> expected = subject.reference().run(path, inputs);
        try (BackendSession session = subject.open()) {
            for (String way : new String[] {"unprepared", "prepared", "step by step"}) {
                if (way.equals("prepared")) {
                    session.prepare(path);
                }
                Map<String, HostTensor> own = new HashMap<>();
                expected.forEach(
                        (name, tensor) -> own.put(name, HostTensor.allocate(tensor.elementType(), tensor.shape())));
                var control = RunControls.cancellable(subject.outputs(), own, null);
                if (way.equals("step by step")) {
                    try (var run = session.start(inputs, control)) {
                        run.advance(path.layers());
                        expectOwn(way, own, run.read(path.exit()));
                    }
                } else {
                    expectOwn(way, own, session.run(path, inputs, control));
                }
                Answers.expect(
                        "Running " + way + " into the caller's memory",
                        own,
                        expected,
                        subject.outputs(),
                        subject.tolerance());
            }
        }
    }

    private static void expectOwn(String way, Map<String, HostTensor> own, Map<String, Tensor> answered) {
        own.forEach((name, tensor) -> {
            if (answered.get(name) != tensor) {
                throw Finding.of(
                        "Running " + way + ", the output '" + name + "' came in another tensor than the caller's.",
                        "The very tensor that control.destination(\"" + name + "\") gives.",
                        "Write there, and answer with that tensor.");
            }
        });
    }

    /** Many threads, many paths, the same numbers. */
    public void answersManyThreadsAlike() throws Exception {
        var menu = subject.model().menu();
        AtomicInteger runs = new AtomicInteger();
        try (BackendSession session = subject.open()) {
            Crowd.run("Running " + subject.kit(), thread -> {
                for (int round = 0; round < 12; round++) {
                    int number = runs.getAndIncrement();
                    Path path = menu.get(number % menu.size());
                    Map<String, Tensor> inputs = subject.some(1 + number % 3, number);
                    String when = "Running " + path + " in many threads at once";
                    if (number % 5 == 0) {
                        session.prepare(path);
                    }
                    if (number % 3 == 0) {
                        try (var run = session.start(inputs, subject.everything())) {
                            run.advance(path.layers());
                            Map<String, Tensor> outputs = run.read(path.exit());
                            var expected = subject.reference().run(path, inputs);
                            Answers.expect(when, outputs, expected, subject.outputs(), subject.tolerance());
                            Answers.close(outputs);
                        }
                    } else {
                        subject.expectRun(when, session, path, inputs);
                    }
                }
            });
        }
    }
}
