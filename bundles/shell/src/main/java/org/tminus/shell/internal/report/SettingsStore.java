/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.report;

import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The platform's configuration, as far as commands change it. */
public interface SettingsStore {
    /**
     * What is configured now; empty if nothing is.
     *
     * @param model the model whose own configuration is meant; null for the platform's
     */
    Settings read(@Nullable String model) throws IOException;

    /** Replaces the values of a configuration, and makes it if it is not there. Survives restarts. */
    void write(@Nullable String model, Map<String, Object> values) throws IOException;

    /**
     * A configuration.
     *
     * @param pid its persistent identity
     * @param values what it holds, without what the container adds
     */
    record Settings(String pid, Map<String, Object> values) {}
}
