/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.leak;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.Reference;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClassLoaderWatchTest {
    private final ClassLoaderWatch watch = new ClassLoaderWatch();

    @Test
    void aClassLoaderThatIsHeldIsLeftOver() {
        ClassLoader held = new URLClassLoader(new URL[0]);
        watch.replaced("a.bundle", held);

        assertThat(watch.leftOver(Set.of())).containsExactly("a.bundle");
        Reference.reachabilityFence(held);
    }

    @Test
    void aClassLoaderThatIsInUseByRightIsNot() {
        ClassLoader present = new URLClassLoader(new URL[0]);
        watch.replaced("a.bundle", present);

        assertThat(watch.leftOver(Set.of(System.identityHashCode(present)))).isEmpty();
        Reference.reachabilityFence(present);
    }

    @Test
    void theWatchItselfHoldsNone() {
        watch.replaced("a.bundle", new URLClassLoader(new URL[0]));

        long end = System.nanoTime() + 30_000_000_000L;
        while (!watch.leftOver(Set.of()).isEmpty() && System.nanoTime() < end) {
            System.gc();
        }
        assertThat(watch.leftOver(Set.of())).isEmpty();
    }

    @Test
    void oneThatIsToldOfTwiceCountsOnce() {
        ClassLoader held = new URLClassLoader(new URL[0]);
        watch.replaced("a.bundle", held);
        watch.replaced("a.bundle", held);

        assertThat(watch.leftOver(Set.of())).hasSize(1);
        Reference.reachabilityFence(held);
    }
}
