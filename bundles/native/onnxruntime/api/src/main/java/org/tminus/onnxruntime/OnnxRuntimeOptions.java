/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnxruntime;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How the environment is made. Immutable. */
public final class OnnxRuntimeOptions {

    /** The most threads that can be asked for. */
    public static final int MAX_THREADS = 1024;

    private final int threads;
    private final boolean spinning;
    private final @Nullable Path nativeDirectory;

    private OnnxRuntimeOptions(int threads, boolean spinning, @Nullable Path nativeDirectory) {
        this.threads = threads;
        this.spinning = spinning;
        this.nativeDirectory = nativeDirectory;
    }

    /** As many threads as the process has processors, no spinning, natives in the user's cache directory. */
    public static OnnxRuntimeOptions defaults() {
        return new OnnxRuntimeOptions(0, false, null);
    }

    /**
     * The same options with another number of threads.
     *
     * @param threads threads for one operator; 0 for as many as the process has processors
     * @throws IllegalArgumentException if it is negative or above {@link #MAX_THREADS}
     */
    public OnnxRuntimeOptions withThreads(int threads) {
        if (threads < 0 || threads > MAX_THREADS) {
            throw new IllegalArgumentException(
                    "threads must be between 0 (as many as processors) and " + MAX_THREADS + ", not " + threads);
        }
        return new OnnxRuntimeOptions(threads, spinning, nativeDirectory);
    }

    /**
     * The same options with idle threads spinning or not. Spinning answers sooner when requests follow each other
     * closely, and keeps processors busy while there is nothing to do.
     */
    public OnnxRuntimeOptions withSpinning(boolean spinning) {
        return new OnnxRuntimeOptions(threads, spinning, nativeDirectory);
    }

    /** The same options with another directory below which the native libraries are kept. */
    public OnnxRuntimeOptions withNativeDirectory(Path directory) {
        return new OnnxRuntimeOptions(threads, spinning, Objects.requireNonNull(directory));
    }

    /** Threads for one operator, the calling thread included; at least 1. */
    public int threads() {
        return threads == 0 ? Math.min(Runtime.getRuntime().availableProcessors(), MAX_THREADS) : threads;
    }

    /** Whether idle threads spin. */
    public boolean spinning() {
        return spinning;
    }

    /** Where the native libraries are kept, if not in the default place. */
    public Optional<Path> nativeDirectory() {
        return Optional.ofNullable(nativeDirectory);
    }
}
