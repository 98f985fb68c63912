/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

/** Thrown when the loss is no finite number any more, so that no step can follow. */
public final class DivergedException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    /** @param step that no other can follow */
    public DivergedException(long step) {
        super("the loss is not finite at step " + step
                + "; a lower learning rate may help. The checkpoint before it is kept.");
    }
}
