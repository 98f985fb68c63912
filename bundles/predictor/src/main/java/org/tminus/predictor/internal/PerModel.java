/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tminus.model.AdaptiveModel;

/**
 * What is known of each model, made when first asked for and forgotten with the model. Models are told apart by identity. Safe for
 * several threads. Looking up takes no lock and allocates nothing; it goes through all models, which are few.
 *
 * @param <T> must not refer to its model, which would then never go
 */
final class PerModel<T> {
    private final Function<AdaptiveModel, T> maker;
    private final ReferenceQueue<AdaptiveModel> gone = new ReferenceQueue<>();
    /** Immutable. */
    private volatile List<Entry<T>> entries = List.of();

    private static final class Entry<T> extends WeakReference<AdaptiveModel> {
        final T value;

        Entry(AdaptiveModel model, T value, ReferenceQueue<AdaptiveModel> gone) {
            super(model, gone);
            this.value = value;
        }
    }

    PerModel(Function<AdaptiveModel, T> maker) {
        this.maker = maker;
    }

    T of(AdaptiveModel model) {
        if (gone.poll() != null) {
            forget();
        }
        T known = find(model);
        return known != null ? known : add(model);
    }

    private @Nullable T find(AdaptiveModel model) {
        List<Entry<T>> present = entries;
        for (int index = 0; index < present.size(); index++) {
            if (present.get(index).refersTo(model)) {
                return present.get(index).value;
            }
        }
        return null;
    }

    private synchronized T add(AdaptiveModel model) {
        T known = find(model);
        if (known != null) {
            return known;
        }
        T made = maker.apply(model);
        List<Entry<T>> more = new ArrayList<>(entries);
        more.add(new Entry<>(model, made, gone));
        entries = List.copyOf(more);
        return made;
    }

    private synchronized void forget() {
        entries = entries.stream().filter(entry -> !entry.refersTo(null)).toList();
    }
}
