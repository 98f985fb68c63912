/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.ort;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import org.tminus.onnxruntime.OnnxRuntime;

/**
 * ONNX Runtime whose sessions allocate each tensor by itself and give it back at once, instead of keeping an arena: what it
 * then takes less is the arena's. Thread-safe.
 */
public final class WithoutArena implements OnnxRuntime {
    private final OnnxRuntime runtime;

    /** @param runtime which does the work */
    public WithoutArena(OnnxRuntime runtime) {
        this.runtime = runtime;
    }

    @Override
    public SessionOptions newSessionOptions() throws OrtException {
        SessionOptions options = runtime.newSessionOptions();
        options.setCPUArenaAllocator(false);
        return options;
    }

    @Override
    public OrtEnvironment environment() {
        return runtime.environment();
    }

    @Override
    public int threads() {
        return runtime.threads();
    }

    @Override
    public boolean isSpinning() {
        return runtime.isSpinning();
    }

    @Override
    public String version() {
        return runtime.version();
    }
}
