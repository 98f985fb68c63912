/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

/**
 * Which weights of a model are trained. Exit heads always are, and what comes after the last layer is unless it is said
 * otherwise.
 *
 * @param kind which
 * @param rank of the change of a matrix for {@link Kind#LOW_RANK}, 0 otherwise
 */
public record Trainable(Kind kind, int rank) {
    /** Kinds of sets. */
    public enum Kind {
        /** Every weight. */
        ALL,
        /** Every weight but tables that are looked up by token. */
        ALL_BUT_EMBEDDINGS,
        /** Matrices get a change of low rank; vectors (biases, scales) are trained whole, tables are left as they are. */
        LOW_RANK,
        /** Exit heads alone, so that full depth stays as it came. */
        HEADS
    }

    /**
     * Checks the rank.
     *
     * @throws IllegalArgumentException if the rank does not fit the kind
     */
    public Trainable {
        if (kind == Kind.LOW_RANK ? rank < 1 : rank != 0) {
            throw new IllegalArgumentException("a rank of " + rank + " does not fit " + kind);
        }
    }

    /** Whether the model had been trained before, so that what training changes in it may be kept and shared by itself. */
    public boolean changesTrainedModel() {
        return kind != Kind.ALL;
    }

    /** Every weight. */
    public static Trainable all() {
        return new Trainable(Kind.ALL, 0);
    }

    /** Every weight but tables that are looked up by token. */
    public static Trainable allButEmbeddings() {
        return new Trainable(Kind.ALL_BUT_EMBEDDINGS, 0);
    }

    /** Changes of low rank, and vectors. */
    public static Trainable lowRank(int rank) {
        return new Trainable(Kind.LOW_RANK, rank);
    }

    /** Exit heads alone. */
    public static Trainable heads() {
        return new Trainable(Kind.HEADS, 0);
    }
}
