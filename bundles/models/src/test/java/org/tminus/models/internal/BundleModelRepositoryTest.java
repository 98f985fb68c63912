/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;
import org.osgi.framework.hooks.resolver.ResolverHook;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.tminus.failure.ModelFormatException;
import org.tminus.failure.ModelNotFoundException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelLease;
import org.tminus.models.SampleModel;
import org.tminus.models.internal.store.Disk;

class BundleModelRepositoryTest extends FrameworkFixture {
    private static final VersionRange ANY = VersionRange.valueOf("0");
    private static final Version V1 = new Version("1.0.0");
    private static final Version V2 = new Version("2.0.0");

    private Path file(String version, long seed) throws Exception {
        return SampleModel.of("sample", version)
                .weights(seed, 5000)
                .file(temp.resolve(version + "-" + seed + ".tminus"));
    }

    @Test
    void anInstalledModelIsABundleAndAService() throws Exception {
        AdaptiveModel model = repository.install(file("1.0.0", 1));
        assertThat(model.name()).isEqualTo("sample");
        assertThat(repository.models()).containsExactly(model);
        assertThat(services()).containsExactly("sample 1.0.0");
        assertThat(modelBundles()).singleElement().satisfies(bundle -> {
            assertThat(bundle.getSymbolicName()).isEqualTo("tminus.model.sample");
            assertThat(bundle.getVersion()).isEqualTo(V1);
            assertThat(bundle.getState()).isEqualTo(Bundle.ACTIVE);
            assertThat(bundle.getHeaders("").get("Import-Package")).isNull();
        });
        try (ModelLease lease = repository.acquire("sample", ANY)) {
            assertThat(lease.model()).isSameAs(model);
            Path weights = lease.model().file("model.onnx.data").orElseThrow();
            assertThat(weights).hasBinaryContent(SampleModel.random(1, 5000));
            // ONNX finds external data beside the model.
            assertThat(weights.resolveSibling("model.onnx"))
                    .isEqualTo(lease.model().file("model.onnx").orElseThrow());
        }
        assertThat(Files.list(store().resolve("tmp"))).isEmpty();
    }

    @Test
    void installingTwiceIsTheSameModel() throws Exception {
        AdaptiveModel first = repository.install(file("1.0.0", 1));
        assertThat(repository.install(file("1.0.0", 1))).isSameAs(first);
        assertThat(modelBundles()).hasSize(1);
    }

    @Test
    void versionsLiveSideBySideAndShareTheirFiles() throws Exception {
        repository.install(file("1.0.0", 1));
        int filesOfOne = contents().size();
        repository.install(file("2.0.0", 1));
        repository.install(file("1.5.0", 1));
        // Only the descriptions differ.
        assertThat(contents()).hasSize(filesOfOne + 2);
        assertThat(repository.models())
                .extracting(AdaptiveModel::version)
                .containsExactly(V2, new Version("1.5.0"), V1);
        try (ModelLease newest = repository.acquire("sample", ANY);
                ModelLease old = repository.acquire("sample", VersionRange.valueOf("[1,2)"))) {
            assertThat(newest.model().version()).isEqualTo(V2);
            assertThat(old.model().version()).isEqualTo(new Version("1.5.0"));
        }
        assertThatThrownBy(() -> repository.acquire("sample", VersionRange.valueOf("[3,4)")))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("sample 2.0.0");
        assertThatThrownBy(() -> repository.acquire("other", ANY)).isInstanceOf(ModelNotFoundException.class);
        repository.remove("sample", V2);
        repository.remove("sample", new Version("1.5.0"));
        assertThat(contents()).hasSize(filesOfOne);
        repository.remove("sample", V1);
        assertThat(storedFiles()).isEmpty();
        assertThat(services()).isEmpty();
        assertThat(modelBundles()).isEmpty();
        assertThatThrownBy(() -> repository.remove("sample", V1)).isInstanceOf(ModelNotFoundException.class);
    }

    @Test
    void otherContentOfTheSameVersionReplacesWithoutAGap() throws Exception {
        AdaptiveModel old = repository.install(file("1.0.0", 1));
        List<Integer> events = new ArrayList<>();
        ServiceListener listener = event -> events.add(event.getType());
        context.addServiceListener(listener, "(tminus.model.name=sample)");
        ModelLease lease = repository.acquire(old);
        AdaptiveModel replaced = repository.install(file("1.0.0", 2));
        assertThat(events).containsExactly(ServiceEvent.REGISTERED, ServiceEvent.UNREGISTERING);
        assertThat(replaced.identity()).isNotEqualTo(old.identity());
        assertThat(repository.models()).containsExactly(replaced);
        assertThat(replaced.file("model.onnx.data").orElseThrow()).hasBinaryContent(SampleModel.random(2, 5000));
        assertThat(old.file("model.onnx.data").orElseThrow()).hasBinaryContent(SampleModel.random(1, 5000));
        lease.close();
        assertThat(old.file("model.onnx.data").orElseThrow()).doesNotExist();
        assertThatThrownBy(() -> repository.acquire(old)).isInstanceOf(ModelNotFoundException.class);
    }

    @Test
    void aLeaseKeepsTheFilesOfARemovedModel() throws Exception {
        AdaptiveModel model = repository.install(file("1.0.0", 1));
        ModelLease first = repository.acquire("sample", ANY);
        ModelLease second = repository.acquire(model);
        repository.remove("sample", V1);
        assertThat(repository.models()).isEmpty();
        assertThatThrownBy(() -> repository.acquire(model)).isInstanceOf(ModelNotFoundException.class);
        Path weights = model.file("model.onnx.data").orElseThrow();
        first.close();
        first.close();
        assertThat(weights).exists();
        second.close();
        second.close();
        assertThat(storedFiles()).isEmpty();
    }

    @Test
    void aRefusedFileLeavesNothingBehind() throws Exception {
        AdaptiveModel model = repository.install(file("1.0.0", 1));
        List<String> before = storedFiles();
        Path broken = file("1.0.0", 2);
        byte[] bytes = Files.readAllBytes(broken);
        // Among the weights, the last entry before the archive's directory.
        bytes[bytes.length - 3000] ^= 1;
        Files.write(broken, bytes);
        assertThatThrownBy(() -> repository.install(broken)).isInstanceOf(ModelFormatException.class);
        assertThatThrownBy(() -> repository.install(temp.resolve("absent"))).isInstanceOf(ModelFormatException.class);
        assertThat(storedFiles()).isEqualTo(before);
        assertThat(repository.models()).containsExactly(model);
        assertThat(modelBundles()).hasSize(1);
    }

    /** Breaks off at each file that an installation writes, one after the other, until it gets through. */
    @Test
    void aFullDiskAtAnyPointLosesNothing() throws Exception {
        repository.deactivate();
        AtomicInteger filesLeft = new AtomicInteger(Integer.MAX_VALUE);
        repository = repository(new Disk() {
            @Override
            public OutputStream create(Path file) throws IOException {
                boolean full = filesLeft.getAndDecrement() <= 0;
                return new FilterOutputStream(Disk.super.create(file)) {
                    @Override
                    public void write(byte[] source, int offset, int length) throws IOException {
                        out.write(source, offset, full ? length / 2 : length);
                        if (full) {
                            throw new IOException("No space left on device");
                        }
                    }
                };
            }
        });
        AdaptiveModel old = repository.install(file("1.0.0", 1));
        List<String> before = storedFiles();
        Path update = file("1.0.0", 2);
        Path other = file("2.0.0", 3);
        int failures = 0;
        for (Path next : List.of(update, other)) {
            boolean done = false;
            for (int allowed = 0; !done; allowed++) {
                filesLeft.set(allowed);
                try {
                    repository.install(next);
                    done = true;
                } catch (ModelFormatException e) {
                    failures++;
                    assertThat(e.advice()).contains("free space");
                    assertThat(e.getMessage()).contains("No space left on device");
                    assertThat(storedFiles()).isEqualTo(before);
                    assertThat(services()).containsExactly("sample 1.0.0");
                    if (next == update) {
                        assertThat(repository.models()).containsExactly(old);
                    }
                }
                filesLeft.set(Integer.MAX_VALUE);
            }
            before = storedFiles();
        }
        // Weights, description and bundle of each.
        assertThat(failures).isEqualTo(6);
        assertThat(repository.models()).hasSize(2);
    }

    @Test
    void aBundleThatDoesNotStartIsUndone() throws Exception {
        AdaptiveModel old = repository.install(file("1.0.0", 1));
        List<String> before = storedFiles();
        AtomicInteger refusals = new AtomicInteger(1);
        ServiceRegistration<ResolverHookFactory> hook =
                context.registerService(ResolverHookFactory.class, triggers -> new Refusal(refusals), null);
        assertThatThrownBy(() -> repository.install(file("1.0.0", 2)))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("cannot be installed as a bundle");
        assertThat(repository.models()).containsExactly(old);
        assertThat(services()).containsExactly("sample 1.0.0");
        assertThat(storedFiles()).isEqualTo(before);
        refusals.set(1);
        assertThatThrownBy(() -> repository.install(file("2.0.0", 2))).isInstanceOf(ModelFormatException.class);
        assertThat(modelBundles()).hasSize(1);
        assertThat(storedFiles()).isEqualTo(before);
        hook.unregister();
        assertThat(repository.install(file("2.0.0", 2)).version()).isEqualTo(V2);
    }

    private record Refusal(AtomicInteger refusals) implements ResolverHook {
        @Override
        public void filterResolvable(Collection<BundleRevision> candidates) {
            candidates.removeIf(candidate ->
                    candidate.getSymbolicName().startsWith("tminus.model.") && refusals.getAndDecrement() > 0);
        }

        @Override
        public void filterSingletonCollisions(BundleCapability singleton, Collection<BundleCapability> candidates) {}

        @Override
        public void filterMatches(BundleRequirement requirement, Collection<BundleCapability> candidates) {}

        @Override
        public void end() {}
    }

    @Test
    void modelsSurviveARestartWithoutBeingCopiedAgain() throws Exception {
        AdaptiveModel model = repository.install(file("1.0.0", 1));
        Path weights = model.file("model.onnx.data").orElseThrow();
        Object key = Files.getAttribute(weights, "basic:fileKey");
        List<String> files = storedFiles();
        repository.deactivate();
        assertThat(services()).isEmpty();
        repository = repository(Disk.REAL);
        assertThat(services()).containsExactly("sample 1.0.0");
        assertThat(storedFiles()).isEqualTo(files);
        assertThat(Files.getAttribute(weights, "basic:fileKey")).isEqualTo(key);
        assertThat(repository.acquire(model).model().identity()).isEqualTo(model.identity());
    }

    @Test
    void leftoversAndDamagedFilesAreFoundAtStart() throws Exception {
        AdaptiveModel model = repository.install(file("1.0.0", 1));
        repository.install(file("2.0.0", 2));
        List<String> files = storedFiles();
        repository.deactivate();
        Files.writeString(store().resolve("tmp/half"), "half");
        Files.writeString(store().resolve("content/" + "a".repeat(64)), "left");
        Files.createDirectories(store().resolve("models/" + "b".repeat(64)));
        // A file that was cut short, and a folder that lost a name.
        Path weights = model.file("model.onnx.data").orElseThrow();
        Files.write(weights, new byte[10]);
        Files.delete(model.file("exits.onnx").orElseThrow());
        repository = repository(Disk.REAL);
        assertThat(storedFiles()).isEqualTo(files);
        assertThat(store().resolve("models/" + "b".repeat(64))).doesNotExist();
        assertThat(weights).hasBinaryContent(SampleModel.random(1, 5000));
        assertThat(services()).containsExactly("sample 1.0.0", "sample 2.0.0");
    }

    @Test
    void aModelThatWentWhileNobodyWatchedIsSwept() throws Exception {
        repository.install(file("1.0.0", 1));
        repository.deactivate();
        modelBundles().get(0).uninstall();
        assertThat(storedFiles()).isNotEmpty();
        repository = repository(Disk.REAL);
        assertThat(storedFiles()).isEmpty();
    }

    @Test
    void leasesMayBeClosedAfterTheRepository() throws Exception {
        repository.install(file("1.0.0", 1));
        ModelLease lease = repository.acquire("sample", ANY);
        repository.deactivate();
        lease.close();
        assertThat(storedFiles()).isNotEmpty();
        repository = repository(Disk.REAL);
        assertThat(services()).containsExactly("sample 1.0.0");
    }

    @Test
    void aStoppedModelIsWithdrawnButKept() throws Exception {
        AdaptiveModel model = repository.install(file("1.0.0", 1));
        Bundle bundle = modelBundles().get(0);
        bundle.stop();
        assertThat(services()).isEmpty();
        assertThat(model.file("model.onnx").orElseThrow()).exists();
        bundle.start();
        assertThat(services()).containsExactly("sample 1.0.0");
        bundle.stop();
        repository.install(file("1.0.0", 1));
        assertThat(services()).containsExactly("sample 1.0.0");
    }

    @Test
    void aModelInstalledWhileTheContainerStartsIsPublishedLater() throws Exception {
        FrameworkStartLevel level = framework.adapt(FrameworkStartLevel.class);
        level.setInitialBundleStartLevel(level.getStartLevel() + 4);
        AdaptiveModel model = repository.install(file("1.0.0", 1));
        assertThat(services()).isEmpty();
        assertThat(repository.install(file("1.0.0", 1))).isSameAs(model);
        assertThat(modelBundles()).hasSize(1);
        CountDownLatch reached = new CountDownLatch(1);
        level.setStartLevel(level.getStartLevel() + 4, event -> reached.countDown());
        assertThat(reached.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(services()).containsExactly("sample 1.0.0");
        assertThat(repository.models()).containsExactly(model);
    }

    @Test
    void withoutLinksFilesAreCopied() throws Exception {
        repository.deactivate();
        repository = repository(new Disk() {
            @Override
            public void link(Path name, Path existing) {
                throw new UnsupportedOperationException();
            }
        });
        AdaptiveModel model = repository.install(file("1.0.0", 1));
        assertThat(model.file("model.onnx.data").orElseThrow()).hasBinaryContent(SampleModel.random(1, 5000));
        repository.remove("sample", V1);
        assertThat(storedFiles()).isEmpty();
    }

    @Test
    void oneFolderServesOneRepository() {
        assertThatThrownBy(() -> repository(Disk.REAL))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("in use by another container");
    }

    @Test
    void limitsAreConfiguredWithoutARestart() throws Exception {
        AdaptiveModel model = repository.install(file("1.0.0", 1));
        repository.modified(config(store().toString(), 1000));
        assertThatThrownBy(() -> repository.install(file("2.0.0", 1))).hasMessageContaining("the limit is 1000");
        repository.modified(config(store().toString(), -1));
        assertThatThrownBy(() -> repository.install(file("2.0.0", 1))).hasMessageContaining("the limit is 1000");
        assertThat(repository.models()).containsExactly(model);
    }
}
