/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Is told of what a {@link ModelRepository} refuses, whichever way it came. Register it as a service; what was refused before
 * anybody listened is told to the first that comes. Called by many threads, which must not be held up.
 */
@ConsumerType
public interface ModelRefusalListener {
    /**
     * A model file, or a bundle that claims to be a model, cannot be used. What was in force before stays so, unless a bundle
     * was updated by others.
     *
     * @param source the name of the file, or the location of the bundle
     * @param reason a sentence for people
     */
    void refused(String source, String reason);
}
