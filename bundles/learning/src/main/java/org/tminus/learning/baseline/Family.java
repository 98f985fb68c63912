/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.baseline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tminus.learning.outcome.Basis;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.Outcomes;

/**
 * One way of deciding over its range of settings, each measured on the decision split; operating points are chosen here and
 * nowhere else. Immutable.
 */
public final class Family {
    /**
     * A setting and what it does on the decision split.
     *
     * @param parameter the setting: threshold, price, budget or menu index
     * @param decider that decides so
     * @param flopsRatio mean FLOPs over full depth, all included
     * @param quality accuracy, or agreement where not every example has a label
     */
    public record Setting(double parameter, Decider decider, double flopsRatio, double quality) {}

    private final String kind;
    private final List<Setting> settings;
    private final Hull hull;

    private Family(String kind, List<Setting> settings) {
        this.kind = kind;
        this.settings = settings;
        List<Hull.Member> members = new ArrayList<>();
        for (int i = 0; i < settings.size(); i++) {
            members.add(new Hull.Member(
                    String.valueOf(i),
                    settings.get(i).flopsRatio(),
                    settings.get(i).quality()));
        }
        this.hull = Hull.of(members);
    }

    /**
     * Measures settings.
     *
     * @param kind as reports name it: {@code static}, {@code random}, {@code confidence}, {@code open-loop} and so on
     * @param byParameter the settings, at least one
     * @param decision the decision split
     */
    public static Family of(String kind, Map<Double, ? extends Decider> byParameter, Outcomes decision) {
        Basis basis = Basis.of(decision);
        List<Setting> settings = new ArrayList<>();
        byParameter.forEach((parameter, decider) -> {
            Choices choices = decider.decide(decision);
            settings.add(new Setting(parameter, decider, choices.flopsRatio(), basis.quality(choices)));
        });
        settings.sort(Comparator.comparingDouble(Setting::flopsRatio).thenComparing(Setting::quality));
        return new Family(kind, List.copyOf(settings));
    }

    /**
     * Settings that were measured on the decision split before, such as by a training that kept the figures.
     *
     * @param settings at least one
     */
    public static Family measured(String kind, List<Setting> settings) {
        return merged(kind, List.of(new Family(kind, List.copyOf(settings))));
    }

    /** All settings of several families as one, such as the same rule over several schedules. */
    public static Family merged(String kind, List<Family> families) {
        return new Family(
                kind,
                families.stream()
                        .flatMap(family -> family.settings.stream())
                        .sorted(Comparator.comparingDouble(Setting::flopsRatio).thenComparing(Setting::quality))
                        .toList());
    }

    public String kind() {
        return kind;
    }

    /** Ascending in cost. */
    public List<Setting> settings() {
        return settings;
    }

    /** The hull over cost and quality on the decision split; members are named by their index in {@link #settings}. */
    public Hull hull() {
        return hull;
    }

    /** The best setting that costs at most this much, else the cheapest. */
    public Setting within(double flopsRatio) {
        Setting best = settings.get(0);
        for (Setting setting : settings) {
            if (setting.flopsRatio() <= flopsRatio && setting.quality() > best.quality()) {
                best = setting;
            }
        }
        return best;
    }

    /** The cheapest setting that keeps this quality, else the one of highest quality. */
    public Setting keeping(double quality) {
        Setting best = settings.get(0);
        for (Setting setting : settings) {
            if (setting.quality() >= quality) {
                return setting;
            }
            if (setting.quality() > best.quality()) {
                best = setting;
            }
        }
        return best;
    }

    /**
     * What the family does on another split at exactly this cost: settings of the hull are decided there, and the two
     * neighbours are mixed. That flatters no one: a mixture of two settings is a setting, too.
     */
    public Expected at(double flopsRatio, Outcomes other) {
        Map<String, Expected> measured = new HashMap<>();
        for (Hull.Member member : hull.members()) {
            Setting setting = settings.get(Integer.parseInt(member.name()));
            measured.put(member.name(), Expected.of(setting.decider().decide(other)));
        }
        return hull.at(flopsRatio, measured);
    }
}
