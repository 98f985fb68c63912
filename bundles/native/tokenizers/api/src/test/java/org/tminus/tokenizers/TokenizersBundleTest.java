/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.wiring.FrameworkWiring;

/** The bundle and its fragments in a framework of their own. */
class TokenizersBundleTest {
    @TempDir
    Path temp;

    private Framework framework;
    private BundleContext context;

    @BeforeEach
    void startFramework() throws Exception {
        framework = ServiceLoader.load(FrameworkFactory.class)
                .findFirst()
                .orElseThrow()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        temp.resolve("framework").toString(),
                        "felix.service.urlhandlers",
                        "false",
                        "felix.log.level",
                        "0"));
        framework.start();
        context = framework.getBundleContext();
        for (String entry : classPath()) {
            if (Path.of(entry).getFileName().toString().startsWith("jackson-")) {
                context.installBundle(Path.of(entry).toUri().toString());
            }
        }
    }

    @AfterEach
    void stopFramework() throws Exception {
        framework.stop();
        framework.waitForStop(30_000);
    }

    private static List<String> classPath() {
        return Arrays.asList(System.getProperty("java.class.path").split(File.pathSeparator));
    }

    private Bundle installTokenizers() throws Exception {
        Path classes = Path.of(Tokenizers.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        assertThat(classes.resolve("META-INF/MANIFEST.MF")).exists();
        return context.installBundle("reference:" + classes.toUri());
    }

    /** Each of them, as a feature does; only the one of this platform may resolve. */
    private List<Bundle> installFragments() throws Exception {
        List<Bundle> fragments = new java.util.ArrayList<>();
        for (String entry : classPath()) {
            // In a build of all modules these are folders, in one of this module alone they are archives.
            if (entry.matches(".*tokenizers[./\\\\](linux|osx|win)-(x64|aarch64).*")) {
                String location = Path.of(entry).toUri().toString();
                fragments.add(
                        context.installBundle(Files.isDirectory(Path.of(entry)) ? "reference:" + location : location));
            }
        }
        assertThat(fragments).hasSize(4);
        return fragments;
    }

    private static long[] encode(Bundle bundle, String text) throws Exception {
        Object tokenizer;
        try {
            tokenizer = bundle.loadClass(Tokenizers.class.getName())
                    .getMethod("open", byte[].class, int.class)
                    .invoke(null, Samples.bytes(Samples.WORD_PIECE), 16);
        } catch (InvocationTargetException e) {
            throw (Exception) e.getCause();
        }
        Class<?> type = bundle.loadClass(Tokenizer.class.getName());
        assertThat(type).isNotSameAs(Tokenizer.class);
        try {
            Object encoding = type.getMethod("encode", String.class).invoke(tokenizer, text);
            return (long[]) encoding.getClass().getMethod("ids").invoke(encoding);
        } finally {
            type.getMethod("close").invoke(tokenizer);
        }
    }

    private void refresh(Bundle bundle) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        framework.adapt(FrameworkWiring.class).refreshBundles(List.of(bundle), event -> done.countDown());
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void textIsEncodedAlsoAfterARefresh() throws Exception {
        List<Bundle> fragments = installFragments();
        Bundle bundle = installTokenizers();
        bundle.start();

        assertThat(encode(bundle, "Hello worlds")).containsExactly(2, 4, 5, 6, 3);
        assertThat(fragments)
                .filteredOn(each -> each.getState() == Bundle.RESOLVED)
                .hasSize(1);
        Class<?> before = bundle.loadClass(Tokenizers.class.getName());
        refresh(bundle);
        assertThat(bundle.loadClass(Tokenizers.class.getName())).isNotSameAs(before);
        assertThat(encode(bundle, "hello")).containsExactly(2, 4, 3);
        try (Stream<Path> files = Files.walk(temp.resolve("framework"))) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith("tokenizers.so")
                                    || name.endsWith("tokenizers.dylib")
                                    || name.endsWith("tokenizers.dll")))
                    .as("kept in the bundle's data folder, once")
                    .hasSize(1);
        }
    }

    @Test
    void withoutTheFragmentOfThePlatformItSaysWhatIsMissing() throws Exception {
        Bundle bundle = installTokenizers();
        bundle.start();

        assertThatThrownBy(() -> encode(bundle, "hello"))
                .hasMessageContaining("is not installed; add the bundle org.tminus.native.tokenizers.");
    }
}
