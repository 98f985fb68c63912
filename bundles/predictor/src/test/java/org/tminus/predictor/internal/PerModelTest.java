/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tminus.model.AdaptiveModel;

class PerModelTest {
    private final AtomicInteger made = new AtomicInteger();
    private final PerModel<Object> values = new PerModel<>(model -> {
        made.incrementAndGet();
        return new Object();
    });

    @Test
    void eachModelHasOneValueHoweverManyAsk() {
        AdaptiveModel[] models =
                IntStream.range(0, 20).mapToObj(index -> model()).toArray(AdaptiveModel[]::new);
        Object[] first = IntStream.range(0, 2_000)
                .parallel()
                .mapToObj(index -> values.of(models[index % 20]))
                .toArray();

        assertThat(made).hasValue(20);
        for (int index = 0; index < first.length; index++) {
            assertThat(first[index]).isSameAs(values.of(models[index % 20]));
        }
        assertThat(first).doesNotContainNull();
        assertThat(values.of(models[0])).isNotSameAs(values.of(models[1]));
    }

    @Test
    void whatBelongsToAModelThatIsGoneIsForgottenByTheNextLook() {
        AdaptiveModel kept = model();
        Object value = values.of(kept);
        WeakReference<Object> gone = new WeakReference<>(values.of(model()));
        for (int round = 0; round < 100 && gone.get() != null; round++) {
            System.gc();
            // Some garbage, so that the collector has a reason.
            assertThat(new byte[1 << 20]).hasSize(1 << 20);
            assertThat(values.of(kept)).isSameAs(value);
        }
        assertThat(gone.get()).isNull();
    }

    /** Of its methods only those of Object work, and they are never asked for. */
    private static AdaptiveModel model() {
        return (AdaptiveModel) Proxy.newProxyInstance(
                AdaptiveModel.class.getClassLoader(),
                new Class<?>[] {AdaptiveModel.class},
                (proxy, method, arguments) -> {
                    throw new UnsupportedOperationException(method.getName());
                });
    }
}
