/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.baseline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The upper hull of ways of deciding in the plane of cost and quality: what random mixtures of two of them reach. With the
 * network's own exits and separately trained static models as members it is the baseline of static computation. Who is on
 * it is chosen on the decision split; {@link #at} then mixes the same members as they do on another split. Immutable.
 */
public final class Hull {
    /**
     * A member as measured where it is chosen.
     *
     * @param name unique
     * @param flopsRatio mean FLOPs over full depth
     * @param quality accuracy, or agreement where there are no labels
     */
    public record Member(String name, double flopsRatio, double quality) {}

    private final List<Member> members;

    private Hull(List<Member> members) {
        this.members = members;
    }

    /**
     * Chooses who is on the hull.
     *
     * @throws IllegalArgumentException if there is no candidate
     */
    public static Hull of(List<Member> candidates) {
        if (candidates.isEmpty()) {
            throw new IllegalArgumentException("No hull without a member");
        }
        List<Member> sorted = candidates.stream()
                .sorted(Comparator.comparingDouble(Member::flopsRatio)
                        .thenComparing(
                                Comparator.comparingDouble(Member::quality).reversed()))
                .toList();
        List<Member> hull = new ArrayList<>();
        for (Member next : sorted) {
            // Who costs no less and is no better than one before is not on it.
            if (!hull.isEmpty() && next.quality() <= hull.get(hull.size() - 1).quality()) {
                continue;
            }
            while (hull.size() > 1 && !turnsRight(hull.get(hull.size() - 2), hull.get(hull.size() - 1), next)) {
                hull.remove(hull.size() - 1);
            }
            hull.add(next);
        }
        return new Hull(List.copyOf(hull));
    }

    private static boolean turnsRight(Member a, Member b, Member c) {
        return (b.quality() - a.quality()) * (c.flopsRatio() - b.flopsRatio())
                > (c.quality() - b.quality()) * (b.flopsRatio() - a.flopsRatio());
    }

    /** Ascending in cost and quality. */
    public List<Member> members() {
        return members;
    }

    /** The quality at a cost where the hull was chosen. Below the cheapest member its own, beyond the best that one's. */
    public double quality(double flopsRatio) {
        Member before = members.get(0);
        for (Member next : members) {
            if (next.flopsRatio() > flopsRatio) {
                double gap = next.flopsRatio() - before.flopsRatio();
                double share = gap <= 0 ? 0 : Math.max(0, (flopsRatio - before.flopsRatio()) / gap);
                return before.quality() + share * (next.quality() - before.quality());
            }
            before = next;
        }
        return before.quality();
    }

    /**
     * The quality gained per FLOPs ratio spent more, on the piece of the hull at a cost; 0 beyond the best member. This is
     * the price at which somebody who stands at this cost would neither buy nor sell.
     */
    public double slope(double flopsRatio) {
        for (int i = 1; i < members.size(); i++) {
            if (members.get(i).flopsRatio() > flopsRatio) {
                Member a = members.get(i - 1);
                Member b = members.get(i);
                return (b.quality() - a.quality()) / (b.flopsRatio() - a.flopsRatio());
            }
        }
        return 0;
    }

    /**
     * The mixture of two neighbouring members that costs exactly this much on another split, as chances per example.
     *
     * @param flopsRatio wanted there; below the cheapest member that one is given, beyond the best that one
     * @param measured what the members do there, by name
     * @throws IllegalArgumentException if a member was not measured
     */
    public Expected at(double flopsRatio, Map<String, Expected> measured) {
        Piece piece = piece(flopsRatio, measured);
        return piece.share() == 0 ? piece.before() : piece.before().mixedWith(piece.next(), piece.share());
    }

    /**
     * The quality that one full depth of FLOPs more would buy on another split, at this cost; 0 where {@link #at} is no
     * mixture.
     *
     * @param quality of a member there, such as its accuracy
     * @throws IllegalArgumentException if a member was not measured
     */
    public double slopeAt(double flopsRatio, Map<String, Expected> measured, ToDoubleFunction<Expected> quality) {
        Piece piece = piece(flopsRatio, measured);
        return piece.share() == 0
                ? 0
                : (quality.applyAsDouble(piece.next()) - quality.applyAsDouble(piece.before()))
                        / (piece.next().flopsRatio() - piece.before().flopsRatio());
    }

    /** Two neighbours and how much of the second is taken. */
    private record Piece(Expected before, Expected next, double share) {}

    private Piece piece(double flopsRatio, Map<String, Expected> measured) {
        List<Expected> there = new ArrayList<>();
        for (Member member : members) {
            Expected one = measured.get(member.name());
            if (one == null) {
                throw new IllegalArgumentException("Nobody measured " + member.name());
            }
            there.add(one);
        }
        // Costs move a little from split to split, so the order is that of this split.
        there.sort(Comparator.comparingDouble(Expected::flopsRatio));
        Expected before = there.get(0);
        for (Expected next : there) {
            if (next.flopsRatio() > flopsRatio) {
                double gap = next.flopsRatio() - before.flopsRatio();
                double share = gap <= 0 ? 0 : Math.max(0, (flopsRatio - before.flopsRatio()) / gap);
                return new Piece(before, next, share);
            }
            before = next;
        }
        return new Piece(before, before, 0);
    }
}
