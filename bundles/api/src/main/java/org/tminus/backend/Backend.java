/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend;

import org.osgi.annotation.versioning.ConsumerType;
import org.tminus.failure.BackendException;
import org.tminus.model.AdaptiveModel;

/** A device that runs models. Registered as a service with the property {@link #NAME}; thread-safe. */
@ConsumerType
public interface Backend {
    /** Service property: the backend's name, a string, by which configuration selects it. */
    String NAME = "tminus.name";

    /** The capability namespace that a bundle with a backend provides. */
    String CAPABILITY = "org.tminus.backend";

    DeviceDescription device();

    /** What the device reports now; cheap, at most a few microseconds, so figures may be some milliseconds old. */
    Telemetry telemetry();

    /**
     * Makes a model ready to run. The caller holds a lease of the model until the session is closed, and closes it.
     *
     * @throws BackendException if the device cannot run the model; the reason stands in its message
     */
    BackendSession open(AdaptiveModel model) throws BackendException;
}
