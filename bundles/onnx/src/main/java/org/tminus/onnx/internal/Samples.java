/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.Dimension;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.Polynomial;
import org.tminus.onnx.Precision;
import org.tminus.onnx.ValueInfo;

/** Inference for several sizes, and what follows from comparing them: how sizes and costs depend on batch and length. */
public final class Samples {
    /** Three lengths that determine a polynomial, two that check it; the set that fits the graph best is taken. */
    private static final long[][] LENGTHS = {
        {8, 16, 32, 12, 24}, {64, 128, 256, 96, 192}, {224, 448, 896, 336, 672}, {2, 3, 5, 4, 6}
    };

    private static final long LONGEST = 65_536;

    private final Graph graph;
    private final Sizes sizes;
    private final long[] lengths;
    private final List<Inference> rows = new ArrayList<>();
    private final List<Inference> grid = new ArrayList<>();
    private final long rowsPerRun;

    public Samples(Graph graph) throws OnnxFormatException {
        this.graph = graph;
        sizes = new Sizes(graph);
        rowsPerRun = sizes.batchVaries() ? 1 : Math.max(1, sizes.fixedBatch());
        if (!sizes.hasSequence()) {
            lengths = new long[] {1};
            rows.add(new Inference(graph, sizes, 1, 1));
        } else {
            long[] best = LENGTHS[0];
            int fewest = Integer.MAX_VALUE;
            for (long[] candidate : LENGTHS) {
                int conflicts = Math.max(
                        new Inference(graph, sizes, 2, candidate[0]).conflicts().size(),
                        new Inference(graph, sizes, 2, candidate[2]).conflicts().size());
                if (conflicts < fewest) {
                    fewest = conflicts;
                    best = candidate;
                }
                if (conflicts == 0) {
                    break;
                }
            }
            lengths = best.clone();
            for (long length : lengths) {
                rows.add(new Inference(graph, sizes, 1, length));
            }
        }
        long[] batches = sizes.batchVaries() ? new long[] {2, 3} : new long[] {1};
        for (long batch : batches) {
            grid.add(new Inference(graph, sizes, batch, lengths[0]));
            if (sizes.hasSequence()) {
                grid.add(new Inference(graph, sizes, batch, lengths[1]));
            }
        }
    }

    public Sizes sizes() {
        return sizes;
    }

    /** Inference for more than one row. */
    Inference reference() {
        return grid.get(0);
    }

    /** Inference for one row of the longest sampled length. */
    Inference longestRow() {
        return rows.get(sizes.hasSequence() ? 2 : 0);
    }

    /** Where operands do not fit each other at the sampled sizes, and what could not be told. */
    public List<String> notes() {
        List<String> notes = new ArrayList<>(reference().conflicts());
        for (String operator : reference().unknown()) {
            notes.add(operator + ": the size of its result is not known");
        }
        return notes;
    }

    /** The longest sequence that the graph's own tables allow; empty without a bound, or without a sequence. */
    public OptionalLong maximumLength() throws OnnxFormatException {
        if (!sizes.hasSequence()) {
            return OptionalLong.empty();
        }
        int accepted = longestRow().conflicts().size();
        if (new Inference(graph, sizes, 1, LONGEST).conflicts().size() <= accepted) {
            return OptionalLong.empty();
        }
        long fits = lengths[2];
        long fails = LONGEST;
        while (fails - fits > 1) {
            long middle = (fits + fails) >>> 1;
            if (new Inference(graph, sizes, 1, middle).conflicts().size() <= accepted) {
                fits = middle;
            } else {
                fails = middle;
            }
        }
        return OptionalLong.of(fits);
    }

    /** What is known of a value for any size. */
    public ValueInfo info(String name) {
        int value = graph.id(name);
        Fact fact = value < 0 ? Fact.UNKNOWN : reference().fact(value);
        List<Dimension> dims = value < 0 ? null : dimensions(value);
        return new ValueInfo(name, Types.name(fact.type()), dims);
    }

    int type(int value) {
        return reference().fact(value).type();
    }

    /**
     * Whether a value has the type of a state between layers: fractions, or whole numbers that stand for fractions. One that is rounded to be
     * computed with as whole numbers is taken before that, so that each layer rounds it as its own products need it.
     */
    boolean isState(int value) {
        return (Types.isFloating(type(value)) || quantisation(value) != null) && !Quantisation.isRounded(graph, value);
    }

    /** How a state of whole numbers is quantised; null for one of fractions. */
    @Nullable
    Quantisation quantisation(int value) {
        return Quantisation.of(graph, reference(), value);
    }

    /** The type in which a state is handed from part to part: fractions, also of what the graph has as whole numbers. */
    int stateType(int value) {
        Quantisation quantisation = quantisation(value);
        return type(quantisation == null ? value : quantisation.scale());
    }

    /** Which numbers the graph holds. */
    public Precision precision() {
        boolean half = false;
        boolean brain = false;
        for (int value = 0; value < graph.valueCount(); value++) {
            half |= type(value) == Types.FLOAT16;
            brain |= type(value) == Types.BFLOAT16;
        }
        boolean rounds = false;
        for (Node node : graph.nodes()) {
            rounds |= Quantisation.rounds(graph, node);
        }
        return new Precision(half, brain, rounds);
    }

    /** What is known of a state where it is handed from part to part. */
    public ValueInfo state(String name) {
        ValueInfo info = info(name);
        int value = graph.id(name);
        return value < 0 ? info : new ValueInfo(name, Types.name(stateType(value)), info.shape());
    }

    /** How the dimensions of a value depend on batch and length; null if unknown. */
    @Nullable
    List<Dimension> dimensions(int value) {
        long[] first = reference().fact(value).dims();
        if (first == null) {
            return null;
        }
        List<Dimension> result = new ArrayList<>();
        for (int d = 0; d < first.length; d++) {
            long[] seen = new long[grid.size()];
            for (int i = 0; i < seen.length; i++) {
                long[] dims = grid.get(i).fact(value).dims();
                if (dims == null || dims.length != first.length) {
                    return null;
                }
                seen[i] = dims[d];
            }
            result.add(dimension(seen));
        }
        return result;
    }

    /** {@code seen} is ordered by batch, then by length. */
    private Dimension dimension(long[] seen) {
        boolean constant = true;
        for (long size : seen) {
            constant &= size == seen[0];
        }
        if (constant) {
            return Dimension.fixed(seen[0]);
        }
        boolean sequence = sizes.hasSequence();
        long atB2 = seen[0];
        long overBatch = sizes.batchVaries() ? seen[seen.length / 2] - seen[0] : 0;
        long span = sequence ? lengths[1] - lengths[0] : 1;
        long overLength = sequence ? seen[1] - seen[0] : 0;
        if (overLength % span != 0) {
            return Dimension.symbolic("?");
        }
        overLength /= span;
        String b = sizes.batchSymbol();
        String n = sizes.sequenceSymbol();
        if (overLength == 0) {
            return affine(b, overBatch, atB2 - 2 * overBatch);
        }
        if (overBatch == 0) {
            return affine(n, overLength, atB2 - lengths[0] * overLength);
        }
        if (atB2 % (2 * lengths[0]) == 0) {
            long factor = atB2 / (2 * lengths[0]);
            boolean product = true;
            for (int i = 0; i < seen.length; i++) {
                product &= seen[i] == factor * (2 + i / 2) * lengths[i % 2];
            }
            if (product) {
                return Dimension.symbolic(b + "*" + n + (factor == 1 ? "" : "*" + factor));
            }
        }
        return Dimension.symbolic("?");
    }

    private static Dimension affine(String symbol, long factor, long offset) {
        String scaled = factor == 1 ? symbol : symbol + "*" + factor;
        return Dimension.symbolic(offset == 0 ? scaled : scaled + (offset > 0 ? "+" : "") + offset);
    }

    /** Whether the first dimension of a value is the batch. */
    boolean isBatchFirst(List<Dimension> dims) {
        if (dims.isEmpty()) {
            return false;
        }
        Dimension first = dims.get(0);
        return sizes.batchVaries() ? sizes.batchSymbol().equals(first.symbol()) : first.size() == sizes.fixedBatch();
    }

    /** A quantity per row as a polynomial in the length; null if it is unknown or no polynomial of degree two. */
    @Nullable
    Polynomial fit(ToDoubleFunction<Inference> quantity) {
        double[] y = new double[rows.size()];
        for (int i = 0; i < y.length; i++) {
            y[i] = quantity.applyAsDouble(rows.get(i)) / rowsPerRun;
            if (!Double.isFinite(y[i])) {
                return null;
            }
        }
        if (y.length == 1) {
            return new Polynomial(y[0], 0, 0);
        }
        double slope = (y[1] - y[0]) / (lengths[1] - lengths[0]);
        double next = (y[2] - y[1]) / (lengths[2] - lengths[1]);
        double c2 = clean((next - slope) / (lengths[2] - lengths[0]));
        double c1 = clean(slope - c2 * (lengths[0] + lengths[1]));
        double c0 = clean(y[0] - c1 * lengths[0] - c2 * lengths[0] * lengths[0]);
        Polynomial polynomial = new Polynomial(c0, c1, c2);
        for (int i = 0; i < y.length; i++) {
            if (Math.abs(polynomial.at((double) lengths[i]) - y[i]) > 1e-6 * Math.max(1, Math.abs(y[i]))) {
                return null;
            }
        }
        return polynomial;
    }

    private static double clean(double coefficient) {
        double whole = Math.rint(coefficient);
        return Math.abs(coefficient - whole) <= 1e-6 * Math.max(1, Math.abs(coefficient)) ? whole : coefficient;
    }
}
