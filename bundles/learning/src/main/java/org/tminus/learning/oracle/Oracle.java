/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.oracle;

import java.util.ArrayList;
import java.util.List;
import org.tminus.learning.outcome.Basis;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.learning.outcome.Outcomes;

/**
 * Which path would have been enough for each example; it is allowed to look at all answers. The menu is cheapest first, so
 * the cheapest path is the one with the least index.
 */
public enum Oracle {
    /**
     * The cheapest path that keeps the answer, and for which every costlier path of the same nested chain
     * ({@link MenuPath#isWithin}) keeps it too. The definition for labels, reports and proofs: an agreement that more
     * computation undoes again was luck.
     */
    STABLE {
        @Override
        int path(boolean[] kept, int[][] containing) {
            for (int path = 0; path < kept.length; path++) {
                if (kept[path] && allKept(kept, containing[path])) {
                    return path;
                }
            }
            return -1;
        }
    },
    /** The cheapest path that happens to keep the answer; a bound only, never a target. */
    LUCKY {
        @Override
        int path(boolean[] kept, int[][] containing) {
            for (int path = 0; path < kept.length; path++) {
                if (kept[path]) {
                    return path;
                }
            }
            return -1;
        }
    };

    abstract int path(boolean[] kept, int[][] containing);

    /**
     * Per example the menu index of the path that is enough to answer as full depth does. There always is one: full depth
     * agrees with itself.
     */
    public int[] paths(Outcomes outcomes) {
        return paths(outcomes, Basis.AGREES);
    }

    /**
     * Per example the menu index of the path that is enough. By {@link Basis#RIGHT} there may be none that is; more
     * computation would not help there, so the cheapest path stands for it.
     */
    public int[] paths(Outcomes outcomes, Basis basis) {
        int[] sufficient = sufficient(outcomes, basis);
        for (int row = 0; row < sufficient.length; row++) {
            sufficient[row] = Math.max(0, sufficient[row]);
        }
        return sufficient;
    }

    /** Like {@link #paths}, but -1 where no path is enough. */
    public int[] sufficient(Outcomes outcomes, Basis basis) {
        List<MenuPath> menu = outcomes.trie().menu();
        int[][] containing = containing(menu);
        boolean[] kept = new boolean[menu.size()];
        int[] paths = new int[outcomes.rows()];
        for (int row = 0; row < paths.length; row++) {
            for (int path = 0; path < kept.length; path++) {
                kept[path] = basis.isPathKept(outcomes, path, row);
            }
            paths[row] = path(kept, containing);
        }
        return paths;
    }

    /** What it does with a split; deciding costs an oracle nothing. */
    public Choices choices(Outcomes outcomes, Basis basis) {
        int[] paths = paths(outcomes, basis);
        double[] flops = new double[paths.length];
        for (int row = 0; row < paths.length; row++) {
            flops[row] = outcomes.flops(paths[row], row);
        }
        return new Choices(outcomes, paths, flops);
    }

    /** Per path the costlier ones of the same nested chain. */
    static int[][] containing(List<MenuPath> menu) {
        int[][] containing = new int[menu.size()][];
        for (int path = 0; path < containing.length; path++) {
            List<Integer> found = new ArrayList<>();
            for (int other = 0; other < containing.length; other++) {
                if (menu.get(path).isWithin(menu.get(other))) {
                    found.add(other);
                }
            }
            containing[path] = found.stream().mapToInt(Integer::intValue).toArray();
        }
        return containing;
    }

    private static boolean allKept(boolean[] kept, int[] paths) {
        for (int path : paths) {
            if (!kept[path]) {
                return false;
            }
        }
        return true;
    }
}
