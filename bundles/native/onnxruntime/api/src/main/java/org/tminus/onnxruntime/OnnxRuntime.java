/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import org.osgi.annotation.versioning.ProviderType;

/**
 * ONNX Runtime, loaded and ready. In a container it is a service that exists only while the library can be used;
 * elsewhere {@link OnnxRuntimes} gives it. Thread-safe.
 */
@ProviderType
public interface OnnxRuntime {

    /** The PID of the configuration, which is read once per process. */
    String PID = "org.tminus.onnxruntime";

    /** The one environment of the process. Closing it has no effect. */
    OrtEnvironment environment();

    /**
     * New options for a session on the environment's thread pool; the caller closes them. Options made in another
     * way would give each session a pool of its own, and such pools slow each other down.
     *
     * @throws OrtException if the library cannot allocate the options
     */
    OrtSession.SessionOptions newSessionOptions() throws OrtException;

    /**
     * New options for a session whose runs stay on the calling thread; the caller closes them.
     *
     * @throws OrtException if the library cannot allocate the options
     */
    OrtSession.SessionOptions newInlineSessionOptions() throws OrtException;

    /**
     * New weights for sessions to share; the caller closes them.
     *
     * @throws OrtException if the library cannot allocate them
     */
    SharedWeights newSharedWeights() throws OrtException;

    /**
     * Gives memory of activations that no run uses back to the C library. All sessions take it from one arena, which else
     * stays as large as it ever was. Takes about a millisecond; the next runs take anew what they need. Nothing happens once
     * the process ends.
     */
    void shrinkArena();

    /**
     * Has a run do the same at its end.
     *
     * @param run its options
     * @throws OrtException if the library cannot allocate the setting
     */
    void shrinkArenaAfter(OrtSession.RunOptions run) throws OrtException;

    /** How many threads work on one operator, the calling thread included; at least 1. */
    int threads();

    /** Whether threads without work wait actively for a while, so that the next operator starts sooner. */
    boolean isSpinning();

    /** The version of the native library, such as {@code 1.23.2}. */
    String version();
}
