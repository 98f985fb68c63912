/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tokenizers;

/** The tokens of one text, without padding. Immutable. */
public final class Encoding {
    private final long[] ids;
    private final long[] attentionMask;
    private final long[] typeIds;

    /** @throws IllegalArgumentException if the arrays differ in length */
    public Encoding(long[] ids, long[] attentionMask, long[] typeIds) {
        if (ids.length != attentionMask.length || ids.length != typeIds.length) {
            throw new IllegalArgumentException("There are " + ids.length + " ids, " + attentionMask.length
                    + " elements of the mask and " + typeIds.length + " types");
        }
        this.ids = ids.clone();
        this.attentionMask = attentionMask.clone();
        this.typeIds = typeIds.clone();
    }

    /** How many tokens there are, those that stand for the text's begin and end included. */
    public int length() {
        return ids.length;
    }

    /** The number of each token in the vocabulary; a copy. */
    public long[] ids() {
        return ids.clone();
    }

    /** 1 for every token; a copy. */
    public long[] attentionMask() {
        return attentionMask.clone();
    }

    /** The part of the input that each token belongs to, mostly 0; a copy. */
    public long[] typeIds() {
        return typeIds.clone();
    }
}
