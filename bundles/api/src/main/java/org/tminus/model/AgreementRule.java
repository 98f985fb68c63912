/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

import java.util.Objects;
import java.util.OptionalDouble;

/**
 * When an adaptive answer to an input counts as that of full depth, by the model's first output of float32 numbers, or its
 * first one of another type with a fraction where it has none. Immutable.
 */
public final class AgreementRule {
    private static final AgreementRule ARGMAX = new AgreementRule(OptionalDouble.empty());

    private final OptionalDouble leastCosine;

    private AgreementRule(OptionalDouble leastCosine) {
        this.leastCosine = leastCosine;
    }

    /** The largest number along the last dimension stands at the same place; the answers are scores of classes. */
    public static AgreementRule argmax() {
        return ARGMAX;
    }

    /**
     * The cosine of the two answers, each with all its numbers, is large enough; the answers are embeddings.
     *
     * @param atLeast above 0, at most 1
     * @throws IllegalArgumentException if it is not
     */
    public static AgreementRule cosine(double atLeast) {
        if (!(atLeast > 0 && atLeast <= 1)) {
            throw new IllegalArgumentException(
                    "A cosine that counts as the same is above 0 and at most 1, got " + atLeast);
        }
        return new AgreementRule(OptionalDouble.of(atLeast));
    }

    /** The cosine from which answers count as the same; empty if the place of the largest number decides. */
    public OptionalDouble leastCosine() {
        return leastCosine;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AgreementRule rule && leastCosine.equals(rule.leastCosine);
    }

    @Override
    public int hashCode() {
        return Objects.hash(leastCosine);
    }

    @Override
    public String toString() {
        return leastCosine.isPresent() ? "cosine of at least " + leastCosine.getAsDouble() : "argmax";
    }
}
