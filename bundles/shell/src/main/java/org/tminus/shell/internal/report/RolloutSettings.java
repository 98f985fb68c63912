/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.report;

import java.io.IOException;
import java.util.Map;

/** The configurations of rollouts. */
public interface RolloutSettings {
    /** What is configured for a rollout, without what the container adds; empty if nothing is. */
    Map<String, Object> read(String name) throws IOException;

    /** Replaces what is configured for a rollout, and makes it if it is not there. Survives restarts. */
    void write(String name, Map<String, Object> values) throws IOException;
}
