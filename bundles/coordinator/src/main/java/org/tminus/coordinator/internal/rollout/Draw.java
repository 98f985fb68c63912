/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.rollout;

/** Draws by number alone, so that neither input nor load has a say in it. Stateless. */
public final class Draw {
    private Draw() {}

    /** Whether a row is drawn: the same for the same numbers, and as good as independent of all else. */
    public static boolean isDrawn(long seed, long requestId, int row, double share) {
        long mixed = seed + requestId * 0x9e37_79b9_7f4a_7c15L + row * 0xc2b2_ae3d_27d4_eb4fL;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d0_49bb_1331_11ebL;
        mixed ^= mixed >>> 31;
        return (mixed >>> 11) * 0x1.0p-53 < share;
    }
}
