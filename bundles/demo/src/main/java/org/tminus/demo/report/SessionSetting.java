/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.report;

/** The ways to set up a session of ONNX Runtime that are tried for the baseline. */
public enum SessionSetting {
    ONE_THREAD("one thread per request"),
    ALL_CORES("a pool of all cores for the session"),
    GLOBAL_POOL("the process's global pool");

    private final String description;

    SessionSetting(String description) {
        this.description = description;
    }

    /** For people. */
    public String description() {
        return description;
    }
}
