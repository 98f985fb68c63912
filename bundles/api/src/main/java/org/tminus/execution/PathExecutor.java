/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.execution;

import org.osgi.annotation.versioning.ConsumerType;
import org.tminus.backend.DeviceDescription;
import org.tminus.failure.BackendException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Path;

/**
 * Records paths ahead of time and replays them (paper: CUDA Graph pre-compilation). A service that the backends of one
 * device class share.
 */
@ConsumerType
public interface PathExecutor {
    /** Service property: the executor's name, a string. */
    String NAME = "tminus.name";

    /** Service property: the device class that it records for, such as {@code cuda}. */
    String DEVICE_CLASS = "tminus.device.class";

    /**
     * @param model leased by the caller until the compiled path is closed
     * @param device which device to record on
     * @param rows the batch size to record for
     * @param length the sequence length to record for; 0 for models without one
     * @throws BackendException if the path cannot be recorded; the reason stands in its message
     */
    CompiledPath compile(AdaptiveModel model, Path path, DeviceDescription device, int rows, long length)
            throws BackendException;
}
