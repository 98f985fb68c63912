/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tokenizers.internal;

import java.util.List;
import java.util.Locale;
import org.tminus.tokenizers.NativeLibraryException;

/** A platform that the library has natives for, and its files in the order in which they are loaded. */
enum Platform {
    LINUX_X64("linux-x64", "linux-x86_64"),
    LINUX_AARCH64("linux-aarch64", "linux-aarch64"),
    OSX_AARCH64("osx-aarch64", "osx-aarch64"),
    WIN_X64("win-x64", "win-x86_64");

    private final String id;
    private final String folder;

    Platform(String id, String folder) {
        this.id = id;
        this.folder = folder;
    }

    static Platform of(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT);
        boolean x64 = List.of("amd64", "x86_64", "x64", "x86-64").contains(osArch.toLowerCase(Locale.ROOT));
        boolean aarch64 = List.of("aarch64", "arm64").contains(osArch.toLowerCase(Locale.ROOT));
        if (os.contains("linux") && (x64 || aarch64)) {
            return x64 ? LINUX_X64 : LINUX_AARCH64;
        }
        if (os.startsWith("mac") && aarch64) {
            return OSX_AARCH64;
        }
        if (os.startsWith("windows") && x64) {
            return WIN_X64;
        }
        throw new NativeLibraryException("The tokenizers have no native library for " + osName + " on " + osArch
                + "; make tokens elsewhere and send tensors");
    }

    String id() {
        return id;
    }

    List<String> files() {
        return switch (this) {
            case LINUX_X64, LINUX_AARCH64 -> List.of("libtokenizers.so");
            case OSX_AARCH64 -> List.of("libtokenizers.dylib");
            case WIN_X64 -> List.of("libwinpthread-1.dll", "libgcc_s_seh-1.dll", "libstdc++-6.dll", "tokenizers.dll");
        };
    }

    String resource(String file) {
        return "/native/lib/" + folder + "/cpu/" + file;
    }
}
