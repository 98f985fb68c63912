/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/** What products with matrices are computed from in a training step. All else is float32 in any case. */
public enum Precision {
    /** 32 bits. */
    FLOAT32,
    /**
     * Both factors are rounded to bfloat16, 8 bits of precision and the range of float32; a product is summed in float32 and
     * rounded once.
     */
    BFLOAT16;

    private static final Path PROCESSOR = Path.of("/proc/cpuinfo");

    /** Whether this machine is known to lack instructions for it, so that results are the same in kind but slow to come. */
    boolean isSlowHere() {
        return this == BFLOAT16 && lacksBfloat16(PROCESSOR);
    }

    /** {@code false} if the file does not tell; only Linux has it. */
    static boolean lacksBfloat16(Path processor) {
        try (Stream<String> lines = Files.lines(processor)) {
            return lines.filter(line -> line.startsWith("flags") || line.startsWith("Features"))
                    .findFirst()
                    .filter(line -> !line.matches(".*\\b(avx512_bf16|amx_bf16|bf16)\\b.*"))
                    .isPresent();
        } catch (IOException e) {
            return false;
        }
    }

    /** As it is typed. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
