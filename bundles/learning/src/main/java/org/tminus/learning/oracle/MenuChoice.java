/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.oracle;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.tminus.learning.outcome.Basis;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.learning.outcome.Outcomes;

/**
 * Chooses the path menu among candidates: prefixes of the layers and other subsets, all of whose outcomes are known.
 *
 * <p>A path earns its place in one of two ways: it is on the Pareto front of mean FLOPs and quality, so that somebody who
 * runs one path for all would take it; or the stable oracle of the menu saves FLOPs by it, so that somebody who decides
 * per input would. Prefixes come first, for a policy can stop on them wherever it is; another subset is added only where
 * no chosen path is both cheaper and better, and it saves more than a margin beyond all chosen so far, for every path more
 * gives luck another chance.
 *
 * @param maxPaths the most paths, full depth included; 1 to 64
 * @param minPrefixSaving mean FLOPs over full depth that a prefix off the front must save the stable oracle, such as 0.001
 * @param minSubsetSaving the same for other subsets, such as 0.005
 */
public record MenuChoice(int maxPaths, double minPrefixSaving, double minSubsetSaving) {
    /** The most paths that a menu may have. */
    public static final int MOST = 64;

    /** Checks the ranges. */
    public MenuChoice {
        if (maxPaths < 1 || maxPaths > MOST) {
            throw new IllegalArgumentException("A menu has 1 to " + MOST + " paths, not " + maxPaths);
        }
    }

    /** The usual margins. */
    public static MenuChoice standard() {
        return new MenuChoice(MOST, 0.001, 0.005);
    }

    /**
     * Chooses the menu on the decision split; give the result to {@link Outcomes#restrict}.
     *
     * @param candidates outcomes of all candidates, full depth last in their menu
     * @return paths by ascending mean FLOPs, full depth last
     */
    public List<MenuPath> choose(Outcomes candidates) {
        List<MenuPath> menu = candidates.trie().menu();
        int full = menu.size() - 1;
        double[] cost = new double[menu.size()];
        double[] quality = new double[menu.size()];
        measure(candidates, cost, quality);
        StableSavings savings = new StableSavings(candidates, cost[full]);
        Set<Integer> chosen = new HashSet<>(Set.of(full));
        List<Integer> prefixes = new ArrayList<>();
        List<Integer> subsets = new ArrayList<>();
        for (int path = 0; path < full; path++) {
            (isPrefix(menu.get(path)) ? prefixes : subsets).add(path);
        }
        // A prefix that is more accurate than all cheaper prefixes serves as a static path; those with most quality
        // first.
        prefixes.stream()
                .filter(path -> prefixes.stream()
                        .noneMatch(other -> cost[other] < cost[path] && quality[other] >= quality[path]))
                .sorted(Comparator.comparingDouble((Integer path) -> quality[path])
                        .reversed())
                .limit(maxPaths - 1L)
                .forEach(chosen::add);
        addBySaving(prefixes, minPrefixSaving, chosen, savings);
        // Other subsets have few paths that contain them, so the stable oracle tells luck less well there: one that a
        // chosen path beats in both respects does not count, however often it happens to be right.
        subsets.removeIf(path ->
                chosen.stream().anyMatch(other -> cost[other] <= cost[path] && quality[other] >= quality[path]));
        for (int path : subsets) {
            if (chosen.size() < maxPaths && aboveHull(path, chosen, cost, quality)) {
                chosen.add(path);
            }
        }
        addBySaving(subsets, minSubsetSaving, chosen, savings);
        return chosen.stream()
                .sorted(Comparator.comparing((Integer path) -> path == full)
                        .thenComparing((Integer path) -> cost[path])
                        .thenComparing(path -> path))
                .map(menu::get)
                .toList();
    }

    private void addBySaving(List<Integer> from, double least, Set<Integer> chosen, StableSavings savings) {
        List<Integer> left = new ArrayList<>(from);
        left.removeAll(chosen);
        while (chosen.size() < maxPaths && !left.isEmpty()) {
            double before = savings.ratio(chosen);
            int best = -1;
            double saved = least;
            for (int path : left) {
                Set<Integer> with = new HashSet<>(chosen);
                with.add(path);
                double saving = before - savings.ratio(with);
                if (saving > saved) {
                    saved = saving;
                    best = path;
                }
            }
            if (best < 0) {
                return;
            }
            chosen.add(best);
            left.remove((Integer) best);
        }
    }

    /** Whether a path is better than every mixture of two chosen ones at its cost, by twice the noise of a share. */
    private static boolean aboveHull(int path, Set<Integer> chosen, double[] cost, double[] quality) {
        double hull = 0;
        for (int low : chosen) {
            if (cost[low] > cost[path]) {
                continue;
            }
            hull = Math.max(hull, quality[low]);
            for (int high : chosen) {
                if (cost[high] > cost[path]) {
                    double share = (cost[path] - cost[low]) / (cost[high] - cost[low]);
                    hull = Math.max(hull, quality[low] + share * (quality[high] - quality[low]));
                }
            }
        }
        return quality[path] > hull + 0.002;
    }

    private static void measure(Outcomes candidates, double[] cost, double[] quality) {
        Basis basis = Basis.of(candidates);
        for (int path = 0; path < cost.length; path++) {
            for (int row = 0; row < candidates.rows(); row++) {
                cost[path] += candidates.flops(path, row) / candidates.rows();
                quality[path] += basis.isPathKept(candidates, path, row) ? 1.0 / candidates.rows() : 0;
            }
        }
    }

    private static boolean isPrefix(MenuPath path) {
        return path.lastLayer() == path.layers().size() - 1;
    }

    /** The mean cost of the stable oracle over menus; kept as bits, since it is asked for many menus. */
    private static final class StableSavings {
        private final int rows;
        private final double fullCost;
        private final double[][] flops;
        private final boolean[][] agrees;
        private final int[][] containing;

        StableSavings(Outcomes candidates, double fullCost) {
            List<MenuPath> menu = candidates.trie().menu();
            this.rows = candidates.rows();
            this.fullCost = fullCost;
            this.containing = Oracle.containing(menu);
            flops = new double[menu.size()][rows];
            agrees = new boolean[menu.size()][rows];
            for (int path = 0; path < menu.size(); path++) {
                for (int row = 0; row < rows; row++) {
                    flops[path][row] = candidates.flops(path, row);
                    agrees[path][row] = candidates.agrees(path, row);
                }
            }
        }

        double ratio(Set<Integer> chosen) {
            int[] paths = chosen.stream().mapToInt(Integer::intValue).toArray();
            int[][] above = new int[paths.length][];
            for (int i = 0; i < paths.length; i++) {
                above[i] = IntStream.of(containing[paths[i]])
                        .filter(chosen::contains)
                        .toArray();
            }
            double sum = 0;
            for (int row = 0; row < rows; row++) {
                double least = Double.POSITIVE_INFINITY;
                for (int i = 0; i < paths.length; i++) {
                    if (flops[paths[i]][row] < least && isStable(paths[i], above[i], row)) {
                        least = flops[paths[i]][row];
                    }
                }
                sum += least;
            }
            return sum / rows / fullCost;
        }

        private boolean isStable(int path, int[] above, int row) {
            if (!agrees[path][row]) {
                return false;
            }
            for (int other : above) {
                if (!agrees[other][row]) {
                    return false;
                }
            }
            return true;
        }
    }
}
