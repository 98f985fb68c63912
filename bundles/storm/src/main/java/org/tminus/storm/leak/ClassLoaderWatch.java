/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.leak;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;

/** Remembers, without holding them, the class loaders of bundles that are about to be replaced. Thread-safe. */
public final class ClassLoaderWatch {
    private final List<Seen> seen = new ArrayList<>();

    private record Seen(String bundle, WeakReference<ClassLoader> loader) {}

    /** To be called before a bundle is replaced. */
    public void replaced(Bundle bundle) {
        ClassLoader loader = loader(bundle);
        if (loader != null) {
            replaced(String.valueOf(bundle.getSymbolicName()), loader);
        }
    }

    synchronized void replaced(String bundle, ClassLoader loader) {
        seen.removeIf(known -> known.loader().refersTo(null));
        if (seen.stream().noneMatch(known -> known.loader().refersTo(loader))) {
            seen.add(new Seen(bundle, new WeakReference<>(loader)));
        }
    }

    private static @Nullable ClassLoader loader(Bundle bundle) {
        BundleWiring wiring = bundle.adapt(BundleWiring.class);
        return wiring == null ? null : wiring.getClassLoader();
    }

    /**
     * The bundles whose class loaders are still there after a collection, a name for each class loader.
     *
     * @param installed whose present class loaders are there by right
     */
    public List<String> leftOverBeside(Collection<Bundle> installed) {
        Set<Integer> present = new TreeSet<>();
        for (Bundle bundle : installed) {
            ClassLoader loader = loader(bundle);
            if (loader != null) {
                present.add(System.identityHashCode(loader));
            }
        }
        return leftOver(present);
    }

    /** @param present identities of class loaders that are there by right */
    synchronized List<String> leftOver(Set<Integer> present) {
        List<String> left = new ArrayList<>();
        for (Seen known : seen) {
            ClassLoader loader = known.loader().get();
            if (loader != null && !present.contains(System.identityHashCode(loader))) {
                left.add(known.bundle());
            }
        }
        return left;
    }
}
