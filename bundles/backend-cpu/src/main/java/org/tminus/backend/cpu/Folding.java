/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Layer;

/**
 * Whether a model's graphs run with folded operators here. Each folded graph is checked to compute the same; whether folding
 * pays is measured on the model's first graph alone, since all consist of the same kind of layers. Thread-safe; two threads
 * that measure at once do not matter.
 */
final class Folding {
    private static final Logger LOG = LoggerFactory.getLogger(Folding.class);

    /** Beyond this, operators compute for much longer than it takes to begin them. */
    private static final double MOST_LAYER_FLOPS = 30e6;

    private static final long LENGTH = 16;

    /** Null until it was measured. */
    private volatile @Nullable Boolean pays;

    Folding(AdaptiveModel model) {
        double flops = 0;
        for (Layer layer : model.layers()) {
            flops += layer.cost().flops(LENGTH);
        }
        pays = flops <= MOST_LAYER_FLOPS * model.layers().size() ? null : Boolean.FALSE;
    }

    /** The forms that a graph can have. */
    interface Forms<G> {
        G open() throws TminusException;

        /** @return empty if there is nothing to fold */
        Optional<G> openFolded() throws TminusException;

        /** How much the graph differs from the model's single parts, relative to the largest magnitude. */
        double difference(G graph) throws TminusException;

        /** The largest difference that is allowed. */
        double tolerance();

        /** What to say of a graph that differs by more. */
        TminusException differs(double difference);

        boolean isFaster(G candidate, G other) throws TminusException;

        void close(G graph);
    }

    /**
     * Opens a graph in the form that is faster.
     *
     * @throws TminusException if it cannot be opened, or does not compute what the single parts do
     */
    <G> G open(Forms<G> forms) throws TminusException {
        if (Boolean.TRUE.equals(pays)) {
            G folded = openFolded(forms);
            if (folded != null) {
                return folded;
            }
        }
        G kept = forms.open();
        G other = null;
        boolean done = false;
        try {
            double difference = forms.difference(kept);
            if (!(difference <= forms.tolerance())) {
                throw forms.differs(difference);
            }
            if (pays == null) {
                other = openFolded(forms);
                if (other != null && isFaster(forms, other, kept)) {
                    G plain = kept;
                    kept = other;
                    other = plain;
                }
            }
            done = true;
            return kept;
        } finally {
            if (other != null) {
                forms.close(other);
            }
            if (!done) {
                forms.close(kept);
            }
        }
    }

    private <G> boolean isFaster(Forms<G> forms, G folded, G plain) {
        try {
            boolean faster = forms.isFaster(folded, plain);
            pays = faster;
            return faster;
        } catch (TminusException e) {
            LOG.debug("Folding could not be measured; the next graph is", e);
            return false;
        }
    }

    private static <G> @Nullable G openFolded(Forms<G> forms) {
        G folded = null;
        boolean kept = false;
        try {
            folded = forms.openFolded().orElse(null);
            kept = folded != null && forms.difference(folded) <= forms.tolerance();
            return kept ? folded : null;
        } catch (TminusException | RuntimeException e) {
            LOG.debug("A graph is not folded", e);
            return null;
        } finally {
            if (folded != null && !kept) {
                forms.close(folded);
            }
        }
    }
}
