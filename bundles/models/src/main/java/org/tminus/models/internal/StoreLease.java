/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal;

import java.util.concurrent.atomic.AtomicBoolean;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelLease;
import org.tminus.models.internal.store.ModelStore;

/** One hold on the files of a model, given back once. Thread-safe. */
final class StoreLease implements ModelLease {
    private final ModelStore store;
    private final AdaptiveModel model;
    private final AtomicBoolean closed = new AtomicBoolean();

    StoreLease(ModelStore store, AdaptiveModel model) {
        this.store = store;
        this.model = model;
    }

    @Override
    public AdaptiveModel model() {
        return model;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            store.release(model.identity());
        }
    }
}
