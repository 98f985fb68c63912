/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.lightgbm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Loads LightGBM's native libraries into this class loader, once. Call {@link #load} before the first use of
 * {@code com.microsoft.ml.lightgbm.lightgbmlib}. Safe for several threads.
 *
 * <p>The state is static because a native library belongs to a class loader, not to an object.
 */
public final class LightGbmLibrary {
    private static boolean loaded;
    private static @Nullable Path folder;

    private LightGbmLibrary() {}

    /** Says where the natives are extracted to; without effect once they are loaded. */
    public static synchronized void extractTo(Path target) {
        if (!loaded) {
            folder = target;
        }
    }

    /**
     * Loads the natives if they are not loaded yet.
     *
     * @throws UnsatisfiedLinkError if there are none for this platform, or they cannot be extracted or linked (on Linux the
     *     system library libgomp.so.1 is needed); the message says what to do
     */
    public static synchronized void load() {
        if (loaded) {
            return;
        }
        try {
            Path target = folder != null ? folder : temporary();
            Files.createDirectories(target);
            for (String name : names()) {
                System.load(extract(name, target).toAbsolutePath().toString());
            }
            loaded = true;
        } catch (IOException e) {
            UnsatisfiedLinkError error =
                    new UnsatisfiedLinkError("the natives of LightGBM cannot be extracted: " + e.getMessage());
            error.initCause(e);
            throw error;
        }
    }

    private static Path temporary() throws IOException {
        Path created = Files.createTempDirectory("tminus-lightgbm");
        created.toFile().deleteOnExit();
        return created;
    }

    private static Path extract(String name, Path target) throws IOException {
        String resource = "/com/microsoft/ml/lightgbm/" + platform() + "/" + name;
        Path file = target.resolve(name);
        try (InputStream in = LightGbmLibrary.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new UnsatisfiedLinkError("LightGBM has no natives for this platform (" + platform()
                        + "); train on x86_64, models run anywhere");
            }
            Path fresh = Files.createTempFile(target, name, ".new");
            Files.copy(in, fresh, StandardCopyOption.REPLACE_EXISTING);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        if (folder == null) {
            file.toFile().deleteOnExit();
        }
        return file;
    }

    private static List<String> names() {
        return switch (system()) {
            case "windows" -> List.of("lib_lightgbm.dll", "lib_lightgbm_swig.dll");
            case "osx" -> List.of("lib_lightgbm.dylib", "lib_lightgbm_swig.dylib");
            default -> List.of("lib_lightgbm.so", "lib_lightgbm_swig.so");
        };
    }

    private static String platform() {
        String processor = System.getProperty("os.arch", "unknown");
        return system() + "/" + (processor.equals("amd64") ? "x86_64" : processor);
    }

    private static String system() {
        String name = System.getProperty("os.name", "unknown").toLowerCase(Locale.ROOT);
        if (name.startsWith("windows")) {
            return "windows";
        }
        return name.startsWith("mac") ? "osx" : "linux";
    }
}
