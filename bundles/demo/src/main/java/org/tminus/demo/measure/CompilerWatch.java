/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.measure;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * How much of the time Java's own compiler was at work since the last look. While it is, it takes a processor from the
 * requests, and latencies tell more of it than of what is measured. Used by one thread.
 */
public final class CompilerWatch {
    private final @Nullable CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    private long lastMillis = millis();
    private long lastNanos = System.nanoTime();

    private long millis() {
        return compiler != null && compiler.isCompilationTimeMonitoringSupported()
                ? compiler.getTotalCompilationTime()
                : 0;
    }

    /** Compilation time over time gone by; 0 where the virtual machine does not tell. May exceed 1. */
    public double shareSinceLastLook() {
        long millis = millis();
        long nanos = System.nanoTime();
        double share = (millis - lastMillis) * 1e6 / Math.max(1, nanos - lastNanos);
        lastMillis = millis;
        lastNanos = nanos;
        return share;
    }
}
