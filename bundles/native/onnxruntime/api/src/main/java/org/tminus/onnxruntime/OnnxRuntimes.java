/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnxruntime;

import org.tminus.onnxruntime.internal.ProcessEnvironment;

/** ONNX Runtime for programs outside a container; inside one, use the service {@link OnnxRuntime}. */
public final class OnnxRuntimes {

    private OnnxRuntimes() {}

    /**
     * The process's ONNX Runtime: the one that exists, or a new one with the default options.
     *
     * @throws NativeLibraryException if the native library is missing for this platform or cannot be loaded
     */
    public static OnnxRuntime standalone() {
        return ProcessEnvironment.current().orElseGet(() -> standalone(OnnxRuntimeOptions.defaults()));
    }

    /**
     * The process's ONNX Runtime with these options. Options count when the environment is made, which happens once
     * in a process.
     *
     * @throws IllegalStateException if it exists already with other threads or other spinning
     * @throws NativeLibraryException if the native library is missing for this platform or cannot be loaded
     */
    public static OnnxRuntime standalone(OnnxRuntimeOptions options) {
        ProcessEnvironment environment = ProcessEnvironment.open(options);
        if (!environment.matches(options)) {
            throw new IllegalStateException("ONNX Runtime runs in this process already, with "
                    + environment.description()
                    + "; its options cannot change until the process ends");
        }
        return environment;
    }
}
