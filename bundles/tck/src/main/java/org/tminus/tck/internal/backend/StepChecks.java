/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.backend;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tminus.backend.BackendSession;
import org.tminus.backend.Run;
import org.tminus.model.Exit;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.tck.Finding;
import org.tminus.tck.internal.Failures;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Tensor;

/** Runs step by step: start, advance, read, pooled, retain. */
public final class StepChecks {
    private final Subject subject;

    /** @param subject what is tested */
    public StepChecks(Subject subject) {
        this.subject = subject;
    }

    /** One path, layer by layer and in one go. */
    public void stepsAnswerAsWholeRuns(Path path) throws Exception {
        try (BackendSession session = subject.open()) {
            for (int length : subject.kit().lengths()) {
                Map<String, Tensor> inputs = subject.kit().inputs(3, length, 17L + length);
                try (Run single = session.start(inputs, subject.everything());
                        Run joined = session.start(inputs, subject.everything())) {
                    for (LayerId layer : path.layers()) {
                        single.advance(List.of(layer));
                    }
                    joined.advance(path.layers());
                    expectRead("Advancing layer by layer along " + path, single, path, inputs);
                    expectRead("Advancing by " + path.layers() + " at once", joined, path, inputs);
                }
            }
        }
    }

    private void expectRead(String when, Run run, Path path, Map<String, Tensor> inputs) throws Exception {
        Map<String, Tensor> outputs = run.read(path.exit());
        Answers.expect(when, outputs, subject.reference().run(path, inputs), subject.outputs(), subject.tolerance());
        Answers.close(outputs);
    }

    /** Reading exits on the way, twice each, and the pooled state, changes nothing. */
    public void readingLeavesTheState() throws Exception {
        Map<String, Tensor> inputs = subject.some(3, 8);
        List<LayerId> ran = new ArrayList<>();
        try (BackendSession session = subject.open();
                Run run = session.start(inputs, subject.everything())) {
            expectPooled("Pooling after the stem", run, ran, inputs);
            for (LayerId layer : subject.layers()) {
                run.advance(List.of(layer));
                ran.add(layer);
                expectPooled("Pooling after " + ran, run, ran, inputs);
                for (Exit exit : subject.model().exits()) {
                    if (exit.after().equals(Optional.of(layer))) {
                        Path path = new Path(ran, exit.id());
                        expectRead("Reading " + exit.id() + " after " + ran, run, path, inputs);
                        expectRead("Reading " + exit.id() + " once more after " + ran, run, path, inputs);
                    }
                }
            }
        }
    }

    private void expectPooled(String when, Run run, List<LayerId> ran, Map<String, Tensor> inputs) throws Exception {
        try (Tensor pooled = run.pooled()) {
            Answers.expect(when, pooled, subject.reference().pooled(ran, inputs), subject.tolerance());
        }
    }

    /** Rows leave on the way; the others go on as if nothing had happened. */
    public void retainedRowsGoOn() throws Exception {
        Map<String, Tensor> inputs = subject.some(6, 9);
        Path full = subject.model().fullDepth();
        List<LayerId> layers = full.layers();
        try (BackendSession session = subject.open();
                Run run = session.start(inputs, subject.everything())) {
            run.retain(new int[] {0, 1, 2, 3, 4, 5});
            expectRows(run, 6);
            run.advance(layers.subList(0, 1));
            run.retain(new int[] {0, 2, 3, 5});
            expectRows(run, 4);
            run.advance(layers.subList(1, 2));
            run.retain(new int[] {1, 3});
            expectRows(run, 2);
            run.advance(layers.subList(2, layers.size()));
            Map<String, HostTensor> whole = subject.reference().run(full, inputs);
            Map<String, HostTensor> expected = new HashMap<>();
            whole.forEach((name, tensor) -> expected.put(name, Subject.rows(tensor, 2, 5)));
            Map<String, Tensor> outputs = run.read(full.exit());
            Answers.expect(
                    "Going on with the rows 2 and 5 of 6", outputs, expected, subject.outputs(), subject.tolerance());
            Answers.close(outputs);
            try (Tensor pooled = run.pooled()) {
                HostTensor all = subject.reference().pooled(layers, inputs);
                Answers.expect("Pooling the rows 2 and 5 of 6", pooled, Subject.rows(all, 2, 5), subject.tolerance());
            }
        }
    }

    private static void expectRows(Run run, int expected) {
        if (run.rows() != expected) {
            throw Finding.of(
                    "After retain, rows() is " + run.rows() + ".",
                    expected + ", the rows that were kept.",
                    "Count the rows that are running.");
        }
    }

    /** Rows that are not there, layers in the wrong order. */
    public void refusesNonsense() throws Exception {
        Map<String, Tensor> inputs = subject.some(2, 10);
        List<LayerId> layers = subject.layers();
        try (BackendSession session = subject.open()) {
            for (int[] rows : new int[][] {{}, {2}, {1, 0}, {-1}}) {
                try (Run run = session.start(inputs, subject.everything())) {
                    refuse("Keeping the rows " + Arrays.toString(rows) + " of 2", () -> run.retain(rows));
                }
            }
            try (Run run = session.start(inputs, subject.everything())) {
                refuse("Advancing by an unknown layer", () -> run.advance(List.of(new LayerId("no such layer"))));
            }
            try (Run run = session.start(inputs, subject.everything())) {
                run.advance(layers.subList(1, 2));
                refuse("Advancing by a layer that lies behind", () -> run.advance(layers.subList(0, 1)));
            }
            subject.expectRun("After refusals", session, subject.model().fullDepth(), inputs);
        }
    }

    private static void refuse(String when, Failures.Call call) {
        boolean refused = Failures.<Boolean>allowRefusal(when, () -> {
                    call.run();
                    return true;
                })
                == null;
        if (!refused) {
            throw Finding.of(
                    when + " was accepted.",
                    "An InvalidRequestException.",
                    "Check numbers and order before you touch the state.");
        }
    }
}
