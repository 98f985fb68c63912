/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;
import org.tminus.failure.ModelNotFoundException;
import org.tminus.model.ModelLease;
import org.tminus.models.SampleModel;

class LeaseConcurrencyTest extends FrameworkFixture {
    /** Readers take and give back leases while models come and go: a leased model always has its files. */
    @Test
    void aLeasedModelHasItsFilesWhileModelsComeAndGo() throws Exception {
        Path[] files = new Path[3];
        for (int index = 0; index < files.length; index++) {
            files[index] = SampleModel.of("sample", index + ".0.0")
                    .weights(index / 2, 3000)
                    .file(temp.resolve(index + ".tminus"));
        }
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong leases = new AtomicLong();
        ExecutorService readers = Executors.newFixedThreadPool(4);
        List<Future<?>> results = new ArrayList<>();
        for (int reader = 0; reader < 4; reader++) {
            results.add(readers.submit(() -> {
                while (!stop.get()) {
                    try (ModelLease lease = repository.acquire("sample", VersionRange.valueOf("0"))) {
                        for (String entry : List.of("model.onnx", "model.onnx.data", "model.json")) {
                            Path file = lease.model().file(entry).orElseThrow();
                            assertThat(Files.size(file)).isPositive();
                        }
                        long seed = lease.model().version().getMajor() / 2;
                        assertThat(lease.model().file("model.onnx.data").orElseThrow())
                                .hasBinaryContent(SampleModel.random(seed, 3000));
                        lease.close();
                        leases.incrementAndGet();
                    } catch (ModelNotFoundException e) {
                        Thread.onSpinWait();
                    }
                }
                return null;
            }));
        }
        for (int round = 0; round < 8; round++) {
            for (Path file : files) {
                repository.install(file);
            }
            for (int index = files.length - 1; index >= 0; index--) {
                repository.remove("sample", new Version(index, 0, 0));
            }
        }
        stop.set(true);
        for (Future<?> result : results) {
            result.get(30, TimeUnit.SECONDS);
        }
        readers.shutdown();
        assertThat(leases).hasPositiveValue();
        assertThat(storedFiles()).isEmpty();
    }

    @Test
    void aLeaseClosedByManyThreadsCountsOnce() throws Exception {
        repository.install(SampleModel.of("sample", "1.0.0").file(temp.resolve("sample.tminus")));
        ModelLease first = repository.acquire("sample", VersionRange.valueOf("0"));
        ModelLease second = repository.acquire("sample", VersionRange.valueOf("0"));
        repository.remove("sample", new Version(1, 0, 0));
        ExecutorService closers = Executors.newFixedThreadPool(4);
        List<Future<?>> results = new ArrayList<>();
        for (int closer = 0; closer < 8; closer++) {
            results.add(closers.submit(first::close));
        }
        for (Future<?> result : results) {
            result.get(30, TimeUnit.SECONDS);
        }
        closers.shutdown();
        assertThat(second.model().file("model.onnx").orElseThrow()).exists();
        second.close();
        assertThat(storedFiles()).isEmpty();
    }
}
