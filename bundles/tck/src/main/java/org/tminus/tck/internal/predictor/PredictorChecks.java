/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.predictor;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tminus.model.AdaptiveModel;
import org.tminus.predictor.Complexity;
import org.tminus.predictor.ComplexityPredictor;
import org.tminus.tck.Finding;
import org.tminus.tck.internal.Collected;
import org.tminus.tck.internal.Crowd;
import org.tminus.tck.internal.Failures;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** What a predictor is tested for with one model. */
public final class PredictorChecks {
    private static final int ROWS = 5;
    private static final double CLOSE = 1e-4;

    /** Makes inputs for the model. */
    public interface Inputs {
        Map<String, Tensor> make(int rows, long seed);
    }

    private final ComplexityPredictor predictor;
    private final AdaptiveModel model;
    private final Inputs inputs;

    /** @param inputs what fits the model */
    public PredictorChecks(ComplexityPredictor predictor, AdaptiveModel model, Inputs inputs) {
        this.predictor = predictor;
        this.model = model;
        this.inputs = inputs;
    }

    private List<Complexity> predict(Map<String, Tensor> given, int rows) throws Exception {
        return predictor.predict(new Question(model, given, rows, Optional.empty()));
    }

    /** It says that it supports the model. */
    public void supportsItsModel() {
        if (!predictor.supports(model)) {
            throw Finding.of(
                    "supports() is false for the model " + model + ".",
                    "True for the model that the test names.",
                    "Look at the log for the reason, or name another model in model().");
        }
    }

    /** One distribution for each row, with the classes that the model describes. */
    public void judgesEachRow() throws Exception {
        for (int rows : new int[] {1, 2, ROWS, 33}) {
            check("Judging " + rows + " rows", predict(inputs.make(rows, rows), rows), rows);
        }
    }

    private void check(String when, @Nullable List<Complexity> complexities, int rows) {
        if (complexities == null || complexities.size() != rows) {
            throw Finding.of(
                    when + ", it gave " + (complexities == null ? "null" : complexities.size() + " complexities") + ".",
                    rows + ", one for each row, in order.",
                    "Go through context.rows() rows.");
        }
        int classes = model.predictor()
                .map(description -> description.classes().size())
                .orElse(model.menu().size());
        for (Complexity complexity : complexities) {
            if (complexity == null || complexity.classes() != classes) {
                throw Finding.of(
                        when + ", a complexity has "
                                + (complexity == null ? "no" : Integer.toString(complexity.classes())) + " classes.",
                        classes + ", as the model's predictor description says (without one, as many as paths on the"
                                + " menu).",
                        "Make one probability for each of model.predictor().classes().");
            }
            checkSum(when, complexity);
        }
    }

    private static void checkSum(String when, Complexity complexity) {
        double sum = 0;
        for (int index = 0; index < complexity.classes(); index++) {
            float probability = complexity.probability(index);
            sum += probability;
            if (!(probability >= 0 && probability <= 1.0001)) {
                throw Finding.of(
                        when + ", a probability is " + probability + ".",
                        "From 0 to 1.",
                        "Normalise, for example by soft-max.");
            }
        }
        if (Math.abs(sum - 1) > 0.01) {
            throw Finding.of(when + ", probabilities sum to " + sum + ".", "1.", "Normalise, for example by soft-max.");
        }
    }

    /** A row's judgement does not depend on its place or on its neighbours, nor on what was asked before. */
    public void judgesRowsByThemselves() throws Exception {
        Map<String, Tensor> batch = inputs.make(ROWS, 7);
        List<Complexity> together = predict(batch, ROWS);
        check("Judging", together, ROWS);
        for (int row = 0; row < ROWS; row++) {
            Map<String, Tensor> single = new HashMap<>();
            for (Map.Entry<String, Tensor> entry : batch.entrySet()) {
                single.put(entry.getKey(), row(entry.getValue(), row));
            }
            List<Complexity> alone = predict(single, 1);
            check("Judging one row", alone, 1);
            if (!close(alone.get(0), together.get(row))) {
                throw Finding.of(
                        "Row " + row + " alone was judged as " + alone.get(0) + ", in its batch as " + together.get(row)
                                + ".",
                        "The same judgement.",
                        "Read each row from its own place in the buffer, and keep the order of the rows.");
            }
        }
        if (!together.equals(predict(batch, ROWS))) {
            throw Finding.of(
                    "The same inputs were judged differently when they came again.",
                    "The same judgement.",
                    "Keep nothing from call to call, and draw no random numbers.");
        }
    }

    private static boolean close(Complexity one, Complexity other) {
        for (int index = 0; index < one.classes(); index++) {
            if (!(Math.abs(one.probability(index) - other.probability(index)) <= CLOSE)) {
                return false;
            }
        }
        return true;
    }

    private static HostTensor row(Tensor tensor, int row) {
        HostTensor single =
                HostTensor.allocate(tensor.elementType(), tensor.shape().withBatch(1));
        int bytes = (int) single.byteSize();
        single.writableBuffer().put(tensor.buffer().slice(row * bytes, bytes));
        return single;
    }

    /** Many threads at once. */
    public void judgesInManyThreads() throws Exception {
        List<Map<String, Tensor>> batches = new ArrayList<>();
        List<List<Complexity>> expected = new ArrayList<>();
        for (int number = 0; number < 16; number++) {
            batches.add(inputs.make(ROWS, number));
            expected.add(predict(batches.get(number), ROWS));
        }
        Crowd.run("Judging", thread -> {
            for (int round = 0; round < 100; round++) {
                int number = (round + 2 * thread) % batches.size();
                List<Complexity> actual = predict(batches.get(number), ROWS);
                if (!expected.get(number).equals(actual)) {
                    throw Finding.of(
                            "In many threads at once, a batch was judged as " + actual + ".",
                            expected.get(number) + ", as in one thread.",
                            "Keep buffers of one call in local variables.");
                }
            }
        });
    }

    /** What it cannot judge it refuses; it never fails in another way. */
    public void survivesHostileInputs() throws Exception {
        Map<String, Tensor> good = inputs.make(2, 3);
        String name = good.keySet().iterator().next();
        Tensor first = good.values().iterator().next();
        hostile("no inputs at all", Map.of(), 2);
        hostile("an input of an unknown name", Map.of("no such input", good.get(name)), 2);
        hostile("a scalar", with(good, name, HostTensor.allocate(ElementType.FLOAT32, Shape.of())), 2);
        hostile("a tensor without rows", with(good, name, HostTensor.ofFloats(Shape.of(0, 1, 1, 1))), 1);
        hostile("an input of another type", with(good, name, HostTensor.ofInts(Shape.of(2, 2), 1, 2, 3, 4)), 2);
        hostile("strings", with(good, name, HostTensor.ofStrings(Shape.of(2), List.of("a", "b"))), 2);
        hostile("fewer rows than it says", good, 3);
        for (int bits : new int[] {0x7fc00000, 0x7f800000, 0xff800000, 0x7f7fffff, -1}) {
            HostTensor tensor = HostTensor.allocate(first.elementType(), first.shape());
            ByteBuffer buffer = tensor.writableBuffer();
            while (buffer.remaining() >= Integer.BYTES) {
                buffer.putInt(bits);
            }
            hostile("numbers of the bits " + Integer.toHexString(bits), with(good, name, tensor), 2);
        }
        check("Judging after hostile inputs", predict(good, 2), 2);
    }

    private static Map<String, Tensor> with(Map<String, Tensor> good, String name, Tensor tensor) {
        Map<String, Tensor> changed = new HashMap<>(good);
        changed.put(name, tensor);
        return changed;
    }

    private void hostile(String what, Map<String, Tensor> given, int rows) {
        String when = "Judging " + what;
        List<Complexity> answer = Failures.allowRefusal(when, () -> predict(given, rows));
        if (answer != null) {
            check(when, answer, rows);
        }
    }

    /** A model of another kind: not supported; or else judged as every model. */
    public void judgesWhatItSupports(AdaptiveModel other, Inputs fitting) {
        boolean supported = predictor.supports(other);
        if (!refuses(other, fitting) && supported) {
            return;
        }
        expectUnsupported(other);
    }

    /** A model that the author says it cannot judge. */
    public void doesNotSupport(AdaptiveModel other, Inputs fitting) {
        if (predictor.supports(other)) {
            refuses(other, fitting);
        }
        expectUnsupported(other);
    }

    /** Whether it refuses to judge, or does so rightly. */
    private boolean refuses(AdaptiveModel other, Inputs fitting) {
        Map<String, Tensor> given = fitting.make(2, 1);
        String when = "Judging for the model " + other;
        List<Complexity> answer =
                Failures.allowRefusal(when, () -> predictor.predict(new Question(other, given, 2, Optional.empty())));
        if (answer == null) {
            return true;
        }
        if (predictor.supports(other)) {
            new PredictorChecks(predictor, other, fitting).check(when, answer, 2);
        }
        return false;
    }

    /** A file may be read when it is first needed; from then on the answer is no. */
    private void expectUnsupported(AdaptiveModel other) {
        if (predictor.supports(other)) {
            throw Finding.of(
                    "supports() is true for the model " + other + ", which it does not judge.",
                    "False, at the latest once a judgement was refused.",
                    "Check the model's predictor description and file before you say yes.");
        }
    }

    /** What a judgement costs is no negative number, and does not change. */
    public void statesItsCost() {
        long flops = predictor.flopsPerRow(model);
        if (flops < 0) {
            throw Finding.of(
                    "flopsPerRow is " + flops + ".",
                    "0 or more.",
                    "Count what judging one row takes, features included.");
        }
        if (predictor.flopsPerRow(model) != flops) {
            throw Finding.of(
                    "flopsPerRow gave " + flops + ", and another figure when asked again.",
                    "The same figure for the same model.",
                    "State what it costs at most.");
        }
    }

    /** Inputs belong to the caller: not written, not kept. */
    public void leavesInputsAlone() throws Exception {
        Map<String, Tensor> given = inputs.make(ROWS, 9);
        Map<String, ByteBuffer> before = new HashMap<>();
        given.forEach(
                (name, tensor) -> before.put(name, HostTensor.copyOf(tensor).buffer()));
        predict(given, ROWS);
        given.forEach((name, tensor) -> {
            if (!tensor.buffer().equals(before.get(name))) {
                throw Finding.of(
                        "Judging wrote into the input '" + name + "'.",
                        "Inputs as they were.",
                        "Only read the buffers.");
            }
        });
        WeakReference<?> reference = forgotten();
        if (!Collected.soon(reference)) {
            throw Finding.of(
                    "After judging, inputs were still referred to.",
                    "Nothing refers to them; they belong to the caller.",
                    "Keep no tensor and no context in fields.");
        }
    }

    private WeakReference<?> forgotten() throws Exception {
        Map<String, Tensor> given = inputs.make(1, 10);
        predict(given, 1);
        return new WeakReference<>(given.values().iterator().next());
    }
}
