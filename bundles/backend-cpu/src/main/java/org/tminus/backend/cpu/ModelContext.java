/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.tminus.backend.RunControl;
import org.tminus.failure.BackendException;
import org.tminus.failure.RequestCancelledException;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.onnxruntime.OnnxRuntime;

/**
 * What everything that runs one model shares.
 *
 * @param compiler makes native graphs in the background
 * @param memory of the native graphs of all sessions of the backend
 * @param weights of the model
 * @param folding of the model
 * @param running how many native runs of all sessions of the backend are under way
 */
record ModelContext(
        OnnxRuntime runtime,
        AdaptiveModel model,
        ModelGraphs graphs,
        InputCheck inputs,
        Deadlines deadlines,
        Executor compiler,
        NativeMemory memory,
        ModelWeights weights,
        Folding folding,
        AtomicInteger running) {

    OrtEnvironment environment() {
        return runtime.environment();
    }

    /**
     * How far two ways to compute the same path may differ, relative to the largest magnitude of the output: by the numbers that
     * the model holds.
     */
    double tolerance() {
        return graphs.precision().tolerance();
    }

    /** Begins to watch for cancellation and deadline; the caller closes what is returned. */
    Termination watch(RunControl control) throws TminusException {
        control.check();
        try {
            return Termination.of(control, deadlines);
        } catch (OrtException e) {
            throw new BackendException(
                    "Model " + model.name() + " cannot start a run: " + e.getMessage() + ".",
                    "See whether the process has memory left.",
                    e);
        }
    }

    /** Why a native run ended: cancelled, too late, or failed. */
    TminusException failure(String what, OrtException cause, RunControl control, Termination termination) {
        try {
            control.check();
        } catch (TminusException e) {
            return e;
        }
        if (termination.terminated()) {
            return new RequestCancelledException(
                    "Model " + model.name() + ": the run was stopped in " + what + ".", "");
        }
        return new BackendException(
                "Model " + model.name() + " failed in " + what + ": " + cause.getMessage() + ".",
                "Check that all inputs agree in their free dimensions; if they do, the model may be damaged or the"
                        + " process out of memory.",
                cause);
    }
}
