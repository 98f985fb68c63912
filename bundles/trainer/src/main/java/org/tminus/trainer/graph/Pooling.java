/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

/** How the hidden state of a sequence becomes one row of features. */
public enum Pooling {
    /** The mean over the tokens; over those of the mask, where the model has the input {@code attention_mask}. */
    MEAN,
    /** The first token. */
    FIRST
}
