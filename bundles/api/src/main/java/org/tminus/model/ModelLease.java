/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Keeps the files of a model on disk until closed, also when the model is removed meanwhile. Closing twice is harmless.
 */
@ProviderType
public interface ModelLease extends AutoCloseable {
    AdaptiveModel model();

    @Override
    void close();
}
