/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.tminus.certificate.Risk;
import org.tminus.certificate.SequentialTest;
import org.tminus.learning.data.Groups;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Certificate;
import org.tminus.model.OperatingPoint;

/**
 * Watches one operating point of a model as the platform would with every answer compared: by the limit that the certificate
 * states for it, and by none where it states none. Immutable.
 */
final class Watching {
    private final @Nullable String point;
    private final @Nullable Double limit;
    private final double delta;
    private final String reason;

    private Watching(@Nullable String point, @Nullable Double limit, double delta, String reason) {
        this.point = point;
        this.limit = limit;
        this.delta = delta;
        this.reason = reason;
    }

    /**
     * How the test ended.
     *
     * @param state held or withdrawn; null if there is no limit to test against
     * @param observed inputs that it looked at
     */
    record Watch(@Nullable String state, int observed) {}

    /**
     * Takes the default point if the certificate names it, else the point of the headline.
     *
     * @param headline an operating point; null if the headline is none
     */
    static Watching of(AdaptiveModel model, @Nullable String headline) {
        Certificate certificate = model.certificate().orElse(null);
        String standard =
                model.defaultOperatingPoint().map(OperatingPoint::name).orElse(null);
        if (certificate == null) {
            return new Watching(headline, null, 1, "the model brings no certificate");
        }
        String point = standard != null && certificate.operatingPoints().contains(standard) ? standard : headline;
        if (point == null || !certificate.operatingPoints().contains(point)) {
            return new Watching(point, null, 1, "the certificate does not hold for " + point);
        }
        Double limit = certificate.disagreementLimits().get(point);
        if (limit == null && certificate.risk().equals(Risk.DISAGREEMENT.key())) {
            limit = certificate.epsilon();
        }
        return new Watching(
                point, limit, certificate.delta(), "the certificate states no limit of disagreement for " + point);
    }

    /** The point that is watched, or would be; empty if the model has none. */
    Optional<String> point() {
        return Optional.ofNullable(point);
    }

    /** Why nothing is watched; empty if something is. */
    Optional<String> obstacle() {
        return limit == null ? Optional.of(reason) : Optional.empty();
    }

    /**
     * Runs the sequential test, as if every request had a shadow, on one input of each group, since it counts on inputs that are
     * independent.
     *
     * @param agrees by row, whether the answer is that of full depth
     * @param seed of the order
     */
    Watch watch(IntPredicate agrees, Groups groups, long seed) {
        if (limit == null) {
            return new Watch(null, 0);
        }
        SequentialTest test = new SequentialTest(limit, delta);
        List<Integer> order = new ArrayList<>();
        for (int row : groups.oneEach()) {
            order.add(row);
        }
        Collections.shuffle(order, new Random(seed));
        int observed = 0;
        for (int row : order) {
            observed++;
            if (test.observe(agrees.test(row))) {
                return new Watch("withdrawn", observed);
            }
        }
        return new Watch("held", observed);
    }
}
