/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tminus.tasks.shift.Shift;

/**
 * How to evaluate. Immutable.
 *
 * @param seed of bootstrap, mixtures, resplits and simulation
 * @param latencyInputs single inputs that are timed; 0 times nothing
 * @param throughputInputs inputs at full load; 0 measures no throughput
 * @param staticModels folder with the models {@code NAME-static-DEPTH.onnx}; null for none
 * @param shifts changes of the test data; null for the standard ones that fit them
 * @param bootstrapDraws resamples of the paired intervals
 * @param resplits resplits of calibration and test data that check the certificate
 * @param simulationDraws draws from the simulated population that check the certificate; 0 simulates nothing
 * @param epsilon of the certificate's checks where the model has no certificate
 * @param delta likewise
 * @param memory whether memory is measured in processes of their own
 * @param command for the record, as the user gave it
 */
public record EvaluationOptions(
        long seed,
        int latencyInputs,
        int throughputInputs,
        @Nullable Path staticModels,
        @Nullable List<Shift> shifts,
        int bootstrapDraws,
        int resplits,
        int simulationDraws,
        double epsilon,
        double delta,
        boolean memory,
        String command) {
    /** Copies the list and checks the ranges. */
    public EvaluationOptions {
        shifts = shifts == null ? null : List.copyOf(shifts);
        if (latencyInputs < 0 || throughputInputs < 0 || bootstrapDraws < 100 || resplits < 0 || simulationDraws < 0) {
            throw new IllegalArgumentException(
                    "Numbers of inputs and draws are not negative, bootstrap draws at least 100");
        }
        if (!(epsilon > 0 && epsilon < 1 && delta > 0 && delta < 1)) {
            throw new IllegalArgumentException("Epsilon and delta lie between 0 and 1");
        }
    }

    /** 2,000 timed inputs, 10,000 bootstrap draws, 500 resplits, 2,000 simulated draws, standard shifts; no static models. */
    public static EvaluationOptions standard() {
        return new EvaluationOptions(1, 2000, 2000, null, null, 10_000, 500, 2000, 0.003, 0.05, true, "");
    }

    public EvaluationOptions withSeed(long value) {
        return new EvaluationOptions(
                value,
                latencyInputs,
                throughputInputs,
                staticModels,
                shifts,
                bootstrapDraws,
                resplits,
                simulationDraws,
                epsilon,
                delta,
                memory,
                command);
    }

    /** @param throughput inputs at full load */
    public EvaluationOptions withInputs(int latency, int throughput) {
        return new EvaluationOptions(
                seed,
                latency,
                throughput,
                staticModels,
                shifts,
                bootstrapDraws,
                resplits,
                simulationDraws,
                epsilon,
                delta,
                memory,
                command);
    }

    public EvaluationOptions withStaticModels(@Nullable Path folder) {
        return new EvaluationOptions(
                seed,
                latencyInputs,
                throughputInputs,
                folder,
                shifts,
                bootstrapDraws,
                resplits,
                simulationDraws,
                epsilon,
                delta,
                memory,
                command);
    }

    public EvaluationOptions withShifts(List<Shift> values) {
        return new EvaluationOptions(
                seed,
                latencyInputs,
                throughputInputs,
                staticModels,
                values,
                bootstrapDraws,
                resplits,
                simulationDraws,
                epsilon,
                delta,
                memory,
                command);
    }

    public EvaluationOptions withDraws(int bootstrap, int splits, int simulations) {
        return new EvaluationOptions(
                seed,
                latencyInputs,
                throughputInputs,
                staticModels,
                shifts,
                bootstrap,
                splits,
                simulations,
                epsilon,
                delta,
                memory,
                command);
    }

    public EvaluationOptions withRisk(double loss, double chance) {
        return new EvaluationOptions(
                seed,
                latencyInputs,
                throughputInputs,
                staticModels,
                shifts,
                bootstrapDraws,
                resplits,
                simulationDraws,
                loss,
                chance,
                memory,
                command);
    }

    public EvaluationOptions withMemory(boolean value) {
        return new EvaluationOptions(
                seed,
                latencyInputs,
                throughputInputs,
                staticModels,
                shifts,
                bootstrapDraws,
                resplits,
                simulationDraws,
                epsilon,
                delta,
                value,
                command);
    }

    public EvaluationOptions withCommand(String value) {
        return new EvaluationOptions(
                seed,
                latencyInputs,
                throughputInputs,
                staticModels,
                shifts,
                bootstrapDraws,
                resplits,
                simulationDraws,
                epsilon,
                delta,
                memory,
                value);
    }
}
