/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.ort;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.RunOptions;
import ai.onnxruntime.OrtSession.SessionOptions;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.onnxruntime.SharedWeights;

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
        return withoutArena(runtime.newSessionOptions());
    }

    @Override
    public SessionOptions newInlineSessionOptions() throws OrtException {
        return withoutArena(runtime.newInlineSessionOptions());
    }

    private static SessionOptions withoutArena(SessionOptions options) throws OrtException {
        options.setCPUArenaAllocator(false);
        // Else it would be the arena of all sessions.
        options.addConfigEntry("session.use_env_allocators", "0");
        return options;
    }

    @Override
    public OrtEnvironment environment() {
        return runtime.environment();
    }

    @Override
    public SharedWeights newSharedWeights() throws OrtException {
        return runtime.newSharedWeights();
    }

    @Override
    public void shrinkArena() {
        runtime.shrinkArena();
    }

    @Override
    public void shrinkArenaAfter(RunOptions run) {
        // There is none.
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
