/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.bench;

import ai.onnxruntime.OrtEnvironment;
import java.lang.reflect.Field;

/**
 * Lets DJL take part in the process's one environment of ONNX Runtime. Its engine asks for an environment with a thread pool, as the
 * platform does, and ONNX Runtime's Java classes refuse whoever comes second (https://github.com/deepjavalibrary/djl/issues/3679); the
 * native library does not, it gives everybody the one that there is. So the classes forget theirs for as long as DJL asks.
 */
final class OneEnvironment {
    private static final String MEMORY = "INSTANCE";

    private OneEnvironment() {}

    /**
     * Runs what asks for the environment.
     *
     * @throws IllegalStateException if ONNX Runtime's classes are others than they were
     */
    @SuppressWarnings("LockOnNonEnclosingClassLiteral") // as the methods that give it do
    static void sharedWith(Runnable asking) {
        synchronized (OrtEnvironment.class) {
            try {
                Field memory = OrtEnvironment.class.getDeclaredField(MEMORY);
                memory.setAccessible(true);
                Object ours = memory.get(null);
                memory.set(null, null);
                try {
                    asking.run();
                } finally {
                    memory.set(null, ours);
                }
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("ONNX Runtime's environment cannot be shared: " + e, e);
            }
        }
    }
}
