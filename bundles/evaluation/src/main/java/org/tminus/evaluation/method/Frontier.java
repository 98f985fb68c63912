/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.method;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tminus.learning.baseline.Expected;
import org.tminus.learning.baseline.Family;
import org.tminus.learning.baseline.Hull;
import org.tminus.learning.outcome.Basis;
import org.tminus.learning.outcome.Outcomes;

/**
 * What a way of deciding reaches at any cost on test data: the hull of its settings was chosen on the decision split, and
 * neighbours on it are mixed so that a cost is met exactly. Immutable; each setting is played once.
 */
final class Frontier {
    private final Hull hull;
    private final Map<String, Expected> measured;

    /**
     * @param hull as chosen on the decision split
     * @param measured what its members do on test data, by name
     */
    Frontier(Hull hull, Map<String, Expected> measured) {
        this.hull = hull;
        this.measured = new LinkedHashMap<>(measured);
    }

    static Frontier of(Family family, Outcomes test) {
        Map<String, Expected> measured = new LinkedHashMap<>();
        List<Family.Setting> settings = family.settings();
        for (Hull.Member member : family.hull().members()) {
            Family.Setting setting = settings.get(Integer.parseInt(member.name()));
            measured.put(member.name(), Expected.of(setting.decider().decide(test)));
        }
        return new Frontier(family.hull(), measured);
    }

    /** Beyond its ends the cheapest or the best member. */
    Expected at(double flopsRatio) {
        return hull.at(flopsRatio, measured);
    }

    /** The quality that one full depth of FLOPs more would buy at this cost; 0 beyond the ends. */
    double slope(double flopsRatio, Basis basis) {
        return hull.slopeAt(flopsRatio, measured, basis == Basis.RIGHT ? Expected::accuracy : Expected::agreement);
    }

    /** The members on test data, by name, in the order of the decision split. */
    Map<String, Expected> members() {
        Map<String, Expected> members = new LinkedHashMap<>();
        for (Hull.Member member : hull.members()) {
            Expected one = measured.get(member.name());
            if (one != null) {
                members.put(member.name(), one);
            }
        }
        return members;
    }

    boolean has(String member) {
        return hull.members().stream().anyMatch(each -> each.name().equals(member));
    }
}
