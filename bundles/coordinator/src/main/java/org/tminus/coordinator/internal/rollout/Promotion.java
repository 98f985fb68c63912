/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.rollout;

import java.io.IOException;
import org.tminus.coordinator.internal.configuration.RolloutSettings;

/** Writes into configuration that a candidate is in force. */
public interface Promotion {
    /** @throws IOException if the configuration cannot be read or written; nothing is changed then */
    void write(RolloutSettings settings) throws IOException;
}
