/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnxruntime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.tminus.onnxruntime.NativeLibraryException;

class PlatformTest {

    @Test
    void knowsThePlatformsWithNatives() {
        assertThat(Platform.of("Linux", "amd64")).isEqualTo(Platform.LINUX_X64);
        assertThat(Platform.of("Linux", "aarch64")).isEqualTo(Platform.LINUX_AARCH64);
        assertThat(Platform.of("Mac OS X", "x86_64")).isEqualTo(Platform.OSX_X64);
        assertThat(Platform.of("Mac OS X", "aarch64")).isEqualTo(Platform.OSX_AARCH64);
        assertThat(Platform.of("Windows 11", "amd64")).isEqualTo(Platform.WIN_X64);
        assertThat(Platform.WIN_X64.files()).containsExactly("onnxruntime.dll", "onnxruntime4j_jni.dll");
    }

    @Test
    void saysWhatToDoOnOthers() {
        assertThatExceptionOfType(NativeLibraryException.class)
                .isThrownBy(() -> Platform.of("Linux", "riscv64"))
                .withMessageContaining("Linux on riscv64")
                .withMessageContaining("-Donnxruntime.native.path");
    }
}
