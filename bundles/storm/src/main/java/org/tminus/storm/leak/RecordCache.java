/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.leak;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.runtime.ObjectMethods;

/**
 * Java remembers the type of the last record whose {@code equals} was linked, and so keeps one class loader, whoever's it is. Linking a record
 * of this bundle makes it forget the other.
 */
final class RecordCache {
    private RecordCache() {}

    private record Displacing(int value) {}

    static void displace() {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            MethodHandle getter = lookup.findGetter(Displacing.class, "value", int.class);
            ObjectMethods.bootstrap(
                    lookup,
                    "equals",
                    MethodType.methodType(boolean.class, Displacing.class, Object.class),
                    Displacing.class,
                    "value",
                    getter);
        } catch (Throwable e) {
            throw new IllegalStateException("A record cannot be linked", e);
        }
    }
}
