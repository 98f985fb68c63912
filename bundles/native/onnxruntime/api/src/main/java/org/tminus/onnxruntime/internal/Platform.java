/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnxruntime.internal;

import java.util.List;
import java.util.Locale;
import org.tminus.onnxruntime.NativeLibraryException;

/** A platform that ONNX Runtime has natives for, and the names of its files. */
enum Platform {
    LINUX_X64("linux-x64", "lib", ".so"),
    LINUX_AARCH64("linux-aarch64", "lib", ".so"),
    OSX_X64("osx-x64", "lib", ".dylib"),
    OSX_AARCH64("osx-aarch64", "lib", ".dylib"),
    WIN_X64("win-x64", "", ".dll");

    private final String id;
    private final String prefix;
    private final String suffix;

    Platform(String id, String prefix, String suffix) {
        this.id = id;
        this.prefix = prefix;
        this.suffix = suffix;
    }

    static Platform of(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT);
        boolean x64 = List.of("amd64", "x86_64", "x64", "x86-64").contains(osArch.toLowerCase(Locale.ROOT));
        boolean aarch64 = List.of("aarch64", "arm64").contains(osArch.toLowerCase(Locale.ROOT));
        if (os.contains("linux") && (x64 || aarch64)) {
            return x64 ? LINUX_X64 : LINUX_AARCH64;
        }
        if (os.startsWith("mac") && (x64 || aarch64)) {
            return x64 ? OSX_X64 : OSX_AARCH64;
        }
        if (os.startsWith("windows") && x64) {
            return WIN_X64;
        }
        throw new NativeLibraryException("ONNX Runtime has no native library for " + osName + " on " + osArch
                + "; point -D" + ProcessEnvironment.LIBRARY_PATH + " at the directory of a build for it");
    }

    String id() {
        return id;
    }

    /** The files to load, in the order in which they are loaded. */
    List<String> files() {
        return List.of(prefix + "onnxruntime" + suffix, prefix + "onnxruntime4j_jni" + suffix);
    }
}
