/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/** How many threads work on one operator: libtorch keeps that per calling thread, and its products of matrices per process. Thread-safe. */
public final class TorchThreads {
    private static final ThreadLocal<Integer> OF_THREAD = ThreadLocal.withInitial(() -> 0);
    private static volatile int ofProducts;

    private TorchThreads() {}

    /** For operators that this thread calls from now on, and for products of matrices whoever calls them. */
    public static void use(int threads) {
        if (OF_THREAD.get() != threads) {
            torch.set_num_threads(threads);
            OF_THREAD.set(threads);
        }
        if (ofProducts != threads) {
            useForProducts(threads);
        }
    }

    private static synchronized void useForProducts(int threads) {
        openblas_nolapack.blas_set_num_threads(threads);
        ofProducts = threads;
    }
}
