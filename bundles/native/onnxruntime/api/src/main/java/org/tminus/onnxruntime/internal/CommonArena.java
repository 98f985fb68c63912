/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnxruntime.internal;

import ai.onnxruntime.CInterface;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.FloatBuffer;
import java.util.HexFormat;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The arena from which all sessions of the environment take their activations. */
final class CommonArena {
    private static final Logger LOG = LoggerFactory.getLogger(CommonArena.class);

    /** An ONNX file: y = -x, one number. */
    private static final byte[] NEGATION = HexFormat.of()
            .parseHex("08083a320a0b0a017812017922034e656712016e5a0f0a0178120a0a08080112040a02080162"
                    + "0f0a0179120a0a08080112040a0208014202100d");

    private CommonArena() {}

    /** Whether there is one: not where the library's C interface cannot be reached. */
    static boolean make(OrtEnvironment environment) {
        try {
            CInterface.shareArena(environment);
            // The library never gives back what an arena has taken first: that shall be little.
            run(environment);
            return true;
        } catch (OrtException | LinkageError e) {
            LOG.warn("Each session takes memory of its own, since ONNX Runtime cannot share an arena here", e);
            return false;
        }
    }

    /** For a session that is to use it. */
    static void use(SessionOptions options) throws OrtException {
        options.addConfigEntry("session.use_env_allocators", "1");
        // Else weights lie among activations, and what is around them is never given back.
        options.addConfigEntry("session.use_device_allocator_for_initializers", "1");
    }

    /** Gives what no run uses back to the C library. */
    static void shrink(OrtEnvironment environment) {
        if (isProcessEnding()) {
            return;
        }
        try {
            run(environment);
        } catch (OrtException e) {
            LOG.warn("The arena of ONNX Runtime keeps what it has", e);
        }
    }

    /** Then the library's Java interface frees the environment, and whoever still uses it ends the process with an error. */
    private static boolean isProcessEnding() {
        Thread hook = new Thread(() -> {});
        try {
            Runtime.getRuntime().addShutdownHook(hook);
            Runtime.getRuntime().removeShutdownHook(hook);
            return false;
        } catch (IllegalStateException e) {
            LOG.trace("The process ends", e);
            return true;
        }
    }

    /** Has the run do so at its end. */
    static void shrinkAfter(RunOptions run) throws OrtException {
        run.addRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
    }

    /** The library gives memory back at the end of a run that asks for it, and only then: this one does little else. */
    private static void run(OrtEnvironment environment) throws OrtException {
        try (SessionOptions options = new SessionOptions();
                RunOptions run = new RunOptions()) {
            options.disablePerSessionThreads();
            use(options);
            shrinkAfter(run);
            try (OrtSession session = environment.createSession(NEGATION, options);
                    OnnxTensor input =
                            OnnxTensor.createTensor(environment, FloatBuffer.wrap(new float[1]), new long[] {1})) {
                session.run(Map.of("x", input), run).close();
            }
        }
    }
}
