/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.measure;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntUnaryOperator;
import org.tminus.demo.measure.Classifier.Answer;
import org.tminus.demo.report.DemoReport.Row;
import org.tminus.demo.report.RowPlan;

/** Collects what a row's answers were and cost. Threads may record different inputs at once. */
public final class RowMeter {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    private final long[] nanos;
    private final int[] labels;
    private final double[] flops;
    private final AtomicLong fallbacks = new AtomicLong();
    private final AtomicLong compiled = new AtomicLong();
    private final AtomicLong backendNanos = new AtomicLong();
    private long wallNanos;

    /** @param inputs how many inputs there will be, each recorded once */
    public RowMeter(int inputs) {
        nanos = new long[inputs];
        labels = new int[inputs];
        flops = new double[inputs];
    }

    void record(int input, Answer answer, long duration) {
        nanos[input] = duration;
        labels[input] = answer.label();
        flops[input] = answer.flops();
        backendNanos.addAndGet(answer.backendNanos());
        if (answer.compiled()) {
            compiled.incrementAndGet();
        }
        if (answer.fallback()) {
            fallbacks.incrementAndGet();
        }
    }

    /** Adds the time that all threads together took for a part of the inputs. Called by one thread. */
    void addWallNanos(long duration) {
        wallNanos += duration;
    }

    /** Mean FLOPs per input. */
    public double meanFlops() {
        double sum = 0;
        for (double value : flops) {
            sum += value;
        }
        return sum / flops.length;
    }

    /** Mean latency in nanoseconds. */
    double meanNanos() {
        return new Percentiles(nanos).mean();
    }

    /**
     * The row of the table, when all inputs are recorded.
     *
     * @param truth the right class of an input
     * @param baselineFlops what the row's FLOPs are compared with
     */
    public Row row(RowPlan plan, IntUnaryOperator truth, double baselineFlops, String detail) {
        Percentiles percentiles = new Percentiles(nanos);
        int right = 0;
        for (int input = 0; input < labels.length; input++) {
            if (labels[input] == truth.applyAsInt(input)) {
                right++;
            }
        }
        return new Row(
                plan.name(),
                plan.policy(),
                (double) right / labels.length,
                meanFlops(),
                percentiles.at(50) / NANOS_PER_MILLI,
                percentiles.mean() / NANOS_PER_MILLI,
                percentiles.at(99) / NANOS_PER_MILLI,
                labels.length * NANOS_PER_SECOND / wallNanos,
                null,
                meanFlops() / baselineFlops,
                plan.operatingPoint(),
                fallbacks.get(),
                (double) compiled.get() / labels.length,
                backendNanos.get() / NANOS_PER_MILLI / labels.length,
                detail);
    }
}
