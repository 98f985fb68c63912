/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tminus.tasks.shift.Shift;

/**
 * How to evaluate. Immutable.
 *
 * @param seed of bootstrap, mixtures, resplits and simulation
 * @param latencyInputs single inputs that are timed; 0 times nothing
 * @param throughputInputs inputs at full load; 0 measures no throughput
 * @param staticModels folder with the models {@code NAME-static-DEPTH.onnx}; null for none
 * @param transfer a model whose learned policies are tried on this one; null for none
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
        @Nullable Path transfer,
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
        return new EvaluationOptions(1, 2000, 2000, null, null, null, 10_000, 500, 2000, 0.003, 0.05, true, "");
    }

    public EvaluationOptions withSeed(long value) {
        return with(draft -> draft.seed = value);
    }

    /** @param throughput inputs at full load */
    public EvaluationOptions withInputs(int latency, int throughput) {
        return with(draft -> {
            draft.latencyInputs = latency;
            draft.throughputInputs = throughput;
        });
    }

    public EvaluationOptions withStaticModels(@Nullable Path folder) {
        return with(draft -> draft.staticModels = folder);
    }

    public EvaluationOptions withTransfer(@Nullable Path model) {
        return with(draft -> draft.transfer = model);
    }

    public EvaluationOptions withShifts(List<Shift> values) {
        return with(draft -> draft.shifts = values);
    }

    public EvaluationOptions withDraws(int bootstrap, int splits, int simulations) {
        return with(draft -> {
            draft.bootstrapDraws = bootstrap;
            draft.resplits = splits;
            draft.simulationDraws = simulations;
        });
    }

    public EvaluationOptions withRisk(double loss, double chance) {
        return with(draft -> {
            draft.epsilon = loss;
            draft.delta = chance;
        });
    }

    public EvaluationOptions withMemory(boolean value) {
        return with(draft -> draft.memory = value);
    }

    public EvaluationOptions withCommand(String value) {
        return with(draft -> draft.command = value);
    }

    private EvaluationOptions with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.done();
    }

    /** The values of a new instance while they are being changed. */
    private static final class Draft {
        long seed;
        int latencyInputs;
        int throughputInputs;

        @Nullable
        Path staticModels;

        @Nullable
        Path transfer;

        @Nullable
        List<Shift> shifts;

        int bootstrapDraws;
        int resplits;
        int simulationDraws;
        double epsilon;
        double delta;
        boolean memory;
        String command;

        Draft(EvaluationOptions from) {
            seed = from.seed;
            latencyInputs = from.latencyInputs;
            throughputInputs = from.throughputInputs;
            staticModels = from.staticModels;
            transfer = from.transfer;
            shifts = from.shifts;
            bootstrapDraws = from.bootstrapDraws;
            resplits = from.resplits;
            simulationDraws = from.simulationDraws;
            epsilon = from.epsilon;
            delta = from.delta;
            memory = from.memory;
            command = from.command;
        }

        EvaluationOptions done() {
            return new EvaluationOptions(
                    seed,
                    latencyInputs,
                    throughputInputs,
                    staticModels,
                    transfer,
                    shifts,
                    bootstrapDraws,
                    resplits,
                    simulationDraws,
                    epsilon,
                    delta,
                    memory,
                    command);
        }
    }
}
