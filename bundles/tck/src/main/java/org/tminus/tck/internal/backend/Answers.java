/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.backend;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tminus.tck.Finding;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Tensor;

/** Compares what a backend answered with what was expected. */
final class Answers {
    private static final String NUMBERS =
            "Compare layer by layer with ONNX Runtime; check broadcasting, the axis of soft-max and normalisation, and"
                    + " where a skipped layer's input comes from.";

    private Answers() {}

    /** Every output, within a tolerance relative to the largest magnitude. */
    static void expect(
            String when,
            Map<String, ? extends Tensor> actual,
            Map<String, HostTensor> expected,
            Set<String> outputs,
            double tolerance) {
        if (!actual.keySet().equals(outputs)) {
            throw Finding.of(
                    when + ", it answered with the outputs " + actual.keySet() + ".",
                    "Exactly the outputs that were asked for: " + outputs + ".",
                    "Answer with control.requestedOutputs(), no more and no less.");
        }
        for (String output : outputs) {
            expect(when + ", output '" + output + "'", actual.get(output), expected.get(output), tolerance);
        }
    }

    static void expect(String when, @Nullable Tensor actual, @Nullable Tensor expected, double tolerance) {
        if (actual == null || expected == null) {
            throw Finding.of(when + " is missing.", "A tensor.", "Answer with every output that was asked for.");
        }
        if (!actual.location().isHost()) {
            throw Finding.of(
                    when + " is on " + actual.location() + ".",
                    "A tensor on the host.",
                    "Copy outputs to the host before you answer.");
        }
        if (!actual.shape().equals(expected.shape())
                || !actual.elementType().equals(expected.elementType())
                || !actual.elementType().equals(ElementType.FLOAT32)) {
            throw Finding.of(
                    when + " is " + actual.elementType() + actual.shape() + ".",
                    expected.elementType() + expected.shape().toString() + ".",
                    "Answer with the type of the signature, and one row for each row of the inputs.");
        }
        compare(when, actual, expected, tolerance);
    }

    private static void compare(String when, Tensor actual, Tensor expected, double tolerance) {
        float[] found = floats(actual);
        float[] wanted = floats(expected);
        if (found.length != wanted.length) {
            throw Finding.of(
                    when + " has a buffer of " + found.length + " numbers.",
                    wanted.length + " numbers, as its shape says.",
                    "Let buffer() give exactly the tensor's elements, from position 0 to the limit.");
        }
        double magnitude = Float.MIN_NORMAL;
        for (float value : wanted) {
            magnitude = Math.max(magnitude, Math.abs(value));
        }
        for (int index = 0; index < found.length; index++) {
            double difference = Math.abs(found[index] - (double) wanted[index]) / magnitude;
            if (!(difference <= tolerance)) {
                throw Finding.of(
                        when + " has " + found[index] + " at element " + index + " (" + difference
                                + " off, relative to the largest magnitude).",
                        wanted[index] + " within " + tolerance + ", as ONNX Runtime answers.",
                        NUMBERS);
            }
        }
    }

    static float[] floats(Tensor tensor) {
        var buffer = tensor.buffer().asFloatBuffer();
        float[] values = new float[buffer.remaining()];
        buffer.get(values);
        return values;
    }

    static void expectSame(String when, float[] actual, float[] expected, String advice) {
        if (!Arrays.equals(actual, expected)) {
            throw Finding.of(when + ", the numbers have changed.", "The same numbers as before.", advice);
        }
    }

    static void close(Map<String, ? extends Tensor> outputs) {
        outputs.values().forEach(Tensor::close);
    }
}
