/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

class CompilerWatchTest {
    /** A class that every new loader loads, and the virtual machine compiles, anew. */
    public static final class Busy implements IntUnaryOperator {
        @Override
        public int applyAsInt(int seed) {
            int value = seed;
            for (int round = 0; round < 100_000; round++) {
                value = value * 31 + (value >>> 7) % (round + 1);
            }
            return value;
        }
    }

    @Test
    void seesThatSomethingWasCompiled() throws Exception {
        CompilerWatch watch = new CompilerWatch();
        double seen = 0;
        URL classes = Busy.class.getProtectionDomain().getCodeSource().getLocation();
        for (int generation = 0; generation < 200 && seen == 0; generation++) {
            try (URLClassLoader loader = new URLClassLoader(new URL[] {classes}, null)) {
                IntUnaryOperator busy = (IntUnaryOperator)
                        loader.loadClass(Busy.class.getName()).getConstructor().newInstance();
                busy.applyAsInt(generation);
            }
            seen = watch.shareSinceLastLook();
        }
        assertThat(seen).isPositive();
    }
}
