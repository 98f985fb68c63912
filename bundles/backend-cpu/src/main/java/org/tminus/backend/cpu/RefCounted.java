/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import java.util.concurrent.atomic.AtomicInteger;

/** Something native that is freed when the last of its holders lets go. Starts with one holder. Thread-safe. */
abstract class RefCounted {
    private final AtomicInteger holders = new AtomicInteger(1);

    /** Becomes a holder; false if it is freed already. */
    final boolean acquire() {
        int count;
        do {
            count = holders.get();
            if (count == 0) {
                return false;
            }
        } while (!holders.compareAndSet(count, count + 1));
        return true;
    }

    /** To be called once by each holder. */
    final void release() {
        if (holders.decrementAndGet() == 0) {
            free();
        }
    }

    /** Called once, when nobody holds it any more. */
    abstract void free();
}
