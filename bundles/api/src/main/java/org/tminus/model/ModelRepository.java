/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;
import org.tminus.failure.ModelFormatException;
import org.tminus.failure.ModelNotFoundException;

/** The models that are installed. Thread-safe. */
@ProviderType
public interface ModelRepository {
    /** By name, then by version, newest first. */
    List<AdaptiveModel> models();

    /**
     * The newest model of that name in the range.
     *
     * @throws ModelNotFoundException if there is none; its message names what is installed
     */
    ModelLease acquire(String name, VersionRange versions) throws ModelNotFoundException;

    /**
     * A lease of exactly this model.
     *
     * @throws ModelNotFoundException if it is no longer installed
     */
    ModelLease acquire(AdaptiveModel model) throws ModelNotFoundException;

    /**
     * Checks a {@code .tminus} file and installs it as a bundle. Nothing is left behind when it fails, and what was
     * installed before stays in force.
     *
     * @return the model that is now installed
     * @throws ModelFormatException if the file is damaged, hostile, or cannot be stored
     */
    AdaptiveModel install(java.nio.file.Path file) throws ModelFormatException;

    /**
     * Removes a model. Requests in flight keep their leases and finish.
     *
     * @throws ModelNotFoundException if it is not installed
     */
    void remove(String name, Version version) throws ModelNotFoundException;
}
