/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;
import org.tminus.coordinator.internal.pipeline.DrainOutcome;
import org.tminus.failure.BackendException;
import org.tminus.failure.ModelNotFoundException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelLease;
import org.tminus.model.ModelRepository;

/** A session holds a lease of its model, from before it is opened until after it is closed. */
class ModelLeaseTest {
    private final Repository repository = new Repository();
    private final FakeBackend backend = new FakeBackend();
    private final AdaptiveModel model = TestModels.model();
    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    /** Gives leases and counts them. */
    private static final class Repository implements ModelRepository {
        private final AtomicInteger leases = new AtomicInteger();
        private volatile boolean full;

        @Override
        public ModelLease acquire(AdaptiveModel wanted) throws ModelNotFoundException {
            if (full) {
                throw new ModelNotFoundException("no space left on device", "Free some space.");
            }
            leases.incrementAndGet();
            return new ModelLease() {
                @Override
                public AdaptiveModel model() {
                    return wanted;
                }

                @Override
                public void close() {
                    leases.decrementAndGet();
                }
            };
        }

        @Override
        public List<AdaptiveModel> models() {
            return List.of();
        }

        @Override
        public ModelLease acquire(String name, VersionRange versions) {
            throw new UnsupportedOperationException();
        }

        @Override
        public AdaptiveModel install(Path file) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void remove(String name, Version version) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void heldAsLongAsTheSession() throws Exception {
        bench.coordinator.board().bindRepository(repository);
        bench.backend("cpu", 0, backend).policy("full", 0, FakePolicy.full()).model(model);
        bench.infer(Bench.request()).close();
        assertThat(repository.leases).hasValue(1);
        assertThat(bench.coordinator.board().unbindModel(model)).isEqualTo(DrainOutcome.DRAINED);
        assertThat(repository.leases).hasValue(0);
        assertThat(backend.closed).hasValue(1);
        assertThatThrownBy(() -> bench.infer(Bench.request())).isInstanceOf(ModelNotFoundException.class);
        bench.model(model);
        bench.infer(Bench.request()).close();
        assertThat(bench.removeBackend(backend)).isEqualTo(DrainOutcome.DRAINED);
        assertThat(repository.leases).hasValue(0);
    }

    @Test
    void givenBackWhenTheBackendCannotOpen() {
        backend.opening = opened -> {
            assertThat(repository.leases).hasValue(1);
            throw new BackendException("out of memory", "");
        };
        bench.coordinator.board().bindRepository(repository);
        bench.backend("cpu", 0, backend).model(model);
        assertThatThrownBy(() -> bench.infer(Bench.request()))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("out of memory");
        assertThat(repository.leases).hasValue(0);
    }

    @Test
    void diskFullAtExtraction() {
        repository.full = true;
        bench.coordinator.board().bindRepository(repository);
        bench.backend("cpu", 0, backend).model(model);
        assertThatThrownBy(() -> bench.infer(Bench.request()))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("no space left");
        assertThat(backend.opened).hasValue(0);
        assertThat(bench.coordinator.status().warnings()).anyMatch(warning -> warning.contains("no space left"));
        bench.coordinator.board().unbindRepository(repository);
        assertThat(bench.counter("sessionsFailed")).isEqualTo(1);
        assertThat(Map.copyOf(bench.coordinator.status().counters())).containsEntry("failed", 1L);
    }
}
