/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tokenizers.internal;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tminus.tokenizers.NativeLibraryException;

/**
 * Loads the native library into this class loader, once; the library's own loader, which would download it, is never
 * used. The state is static because a native library belongs to a class loader, not to an object.
 */
final class NativeLibrary {
    /** Where native files are kept outside a container. */
    static final String NATIVE_DIRECTORY = "org.tminus.native.directory";

    private static @Nullable Path directory;
    private static boolean loaded;

    private NativeLibrary() {}

    /** Says where native files are kept; without effect once the library is loaded. */
    static synchronized void keepIn(Path target) {
        directory = target;
    }

    /** @throws NativeLibraryException if the library is missing for this platform or cannot be loaded */
    static synchronized TokenizersLibrary get() {
        if (!loaded) {
            load(Platform.of(System.getProperty("os.name", "?"), System.getProperty("os.arch", "?")));
            loaded = true;
        }
        return TokenizersLibrary.LIB;
    }

    private static void load(Platform platform) {
        Path target = directory != null ? directory : defaultDirectory();
        try {
            NativeFiles files = new NativeFiles(target);
            List<Path> stored = new ArrayList<>();
            for (String name : platform.files()) {
                stored.add(files.store(name, content(platform, name)));
            }
            Path folder = files.linkForLoading(stored);
            try {
                for (String name : platform.files()) {
                    System.load(folder.resolve(name).toString());
                }
            } finally {
                NativeFiles.remove(folder, stored);
            }
        } catch (IOException e) {
            throw new NativeLibraryException(
                    "The tokenizers' native library cannot be written below " + target + " (" + e
                            + "); make the directory writable or configure another one",
                    e);
        } catch (UnsatisfiedLinkError e) {
            throw new NativeLibraryException(
                    "The tokenizers' native library for " + platform.id() + " cannot be loaded: " + e.getMessage()
                            + "; on Linux it needs glibc 2.34 or newer and libstdc++",
                    e);
        }
    }

    private static byte[] content(Platform platform, String name) throws IOException {
        URL resource = NativeLibrary.class.getResource(platform.resource(name));
        if (resource == null) {
            throw new NativeLibraryException("The tokenizers' native library for " + platform.id()
                    + " is not installed; add the bundle org.tminus.native.tokenizers." + platform.id());
        }
        var connection = resource.openConnection();
        connection.setUseCaches(false); // a cached archive would stay open after the bundle is gone
        try (InputStream in = connection.getInputStream()) {
            return in.readAllBytes();
        }
    }

    private static Path defaultDirectory() {
        String configured = System.getProperty(NATIVE_DIRECTORY);
        if (configured != null) {
            return Path.of(configured);
        }
        String cache = System.getenv("XDG_CACHE_HOME");
        Path base = cache != null && !cache.isBlank()
                ? Path.of(cache)
                : Path.of(System.getProperty("user.home", "."), ".cache");
        return base.resolve("tminus").resolve("native");
    }
}
