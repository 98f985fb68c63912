/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.load;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.Trace;
import org.tminus.model.Path;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.Tensor;

/**
 * Compares answers with what the path in their trace gives alone. Paths that policies made up and that are in no menu are compared after the
 * storm, so that the comparison takes no processor from it. Thread-safe.
 */
public final class AnswerChecker {
    /** How far apart two runs of the same path may be: batches of other sizes add in another order. */
    static final float TOLERANCE = 1e-4f;

    private static final int MOST_DEFERRED = 100_000;

    private final ReferenceAnswers references;
    private final String output;
    private final Queue<Deferred> deferred = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final LongAdder rows = new LongAdder();

    /** Never compared with another. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Deferred(Weights weights, int input, Path path, float[] values) {}

    public AnswerChecker(ReferenceAnswers references, String output) {
        this.references = references;
        this.output = output;
    }

    /**
     * @param inputs the number of the input of each row
     * @return what is wrong, as a sentence; null if nothing is
     */
    @Nullable
    String check(InferenceResult result, int[] inputs) {
        Tensor tensor = result.outputs().get(output);
        List<Trace> traces = result.traces();
        if (tensor == null || !tensor.elementType().equals(ElementType.FLOAT32)) {
            return "There is no float32 output '" + output + "'.";
        }
        if (traces.size() != inputs.length || tensor.shape().dimension(0) != inputs.length) {
            return "There are " + traces.size() + " traces and outputs " + tensor.shape() + " for " + inputs.length
                    + " rows.";
        }
        FloatBuffer values = tensor.buffer().asFloatBuffer();
        int width = values.remaining() / inputs.length;
        for (int row = 0; row < inputs.length; row++) {
            float[] answer = new float[width];
            values.get(answer);
            String wrong = check(traces.get(row), inputs[row], answer);
            if (wrong != null) {
                return wrong;
            }
        }
        return null;
    }

    private @Nullable String check(Trace trace, int input, float[] answer) {
        rows.increment();
        Weights weights = Weights.of(trace.modelVersion());
        if (weights == Weights.BAD) {
            return "The bad version " + trace.modelVersion() + " answered.";
        }
        float[] expected = references.known(weights, input, trace.path());
        if (expected != null) {
            return compare(trace.path(), input, answer, expected);
        }
        if (waiting.incrementAndGet() > MOST_DEFERRED) {
            return "More than " + MOST_DEFERRED + " answers took paths that are in no menu; the last one is "
                    + trace.path() + ".";
        }
        deferred.add(new Deferred(weights, input, trace.path(), answer));
        return null;
    }

    private static @Nullable String compare(Path path, int input, float[] answer, float[] expected) {
        if (answer.length != expected.length) {
            return "Path " + path + " gave " + answer.length + " values, not " + expected.length + ".";
        }
        for (int index = 0; index < answer.length; index++) {
            // Not the other way round, so that NaN is wrong as well.
            if (!(Math.abs(answer[index] - expected[index]) <= TOLERANCE)) {
                return String.format(
                        Locale.ROOT,
                        "Path %s gave %s for input %d, where it gives %s when run alone.",
                        path,
                        answer[index],
                        input,
                        expected[index]);
            }
        }
        return null;
    }

    /**
     * Compares what was put off.
     *
     * @return a sentence for each answer that is wrong
     * @throws Exception if a path cannot be run
     */
    public List<String> settle() throws Exception {
        List<String> wrong = new java.util.ArrayList<>();
        for (Deferred next = deferred.poll(); next != null; next = deferred.poll()) {
            float[] expected = references.computed(next.weights(), next.input(), next.path());
            String difference = compare(next.path(), next.input(), next.values(), expected);
            if (difference != null) {
                wrong.add(difference);
            }
        }
        waiting.set(0);
        return wrong;
    }

    /** How many rows were looked at. */
    public long rows() {
        return rows.sum();
    }
}
