/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.policy.Decision;

/**
 * How rows travel on from the first node where they look around. A backend follows one path from which layers can be left
 * out, so the rows set out on a path that carries as many of the allowed ones as possible: those that are left of it when
 * layers are skipped. What it does not carry is out of reach, and out of the tree. Immutable.
 */
final class Carrier {
    private final WalkTree tree;
    private final int start;
    private final Decision decision;
    private final List<LayerId> layers;
    private final int[] places;
    private final Decision[] stops;
    private final boolean[] asked;

    private Carrier(AdaptiveModel model, Path path, WalkTree tree, int start) {
        this.tree = tree;
        this.start = start;
        layers = path.layers();
        places = new int[model.layers().size()];
        for (int place = 0; place < layers.size(); place++) {
            places[model.layer(layers.get(place)).orElseThrow().index()] = place;
        }
        stops = new Decision[tree.size()];
        asked = new boolean[tree.size()];
        Set<LayerId> checkpoints = new LinkedHashSet<>();
        for (int node = WalkTree.ROOT + 1; node < tree.size(); node++) {
            Decision end = tree.end(node);
            if (end != null) {
                stops[node] = Decision.stop(end.path().orElseThrow().exit());
            }
            asked[node] = tree.depth(node) >= tree.depth(start) && isAsked(node, path);
            if (asked[node]) {
                checkpoints.add(Objects.requireNonNull(tree.layerId(node)));
            }
        }
        List<LayerId> ordered = new ArrayList<>(layers);
        ordered.retainAll(checkpoints);
        decision = Decision.run(path).withCheckpoints(ordered);
    }

    /** Whether something has to be decided or said at a node: else rows pass it by following the path. */
    private boolean isAsked(int node, Path path) {
        if (tree.actions(node) > 1) {
            return true;
        }
        Decision end = tree.end(node);
        if (end == null) {
            return skipped(node, tree.child(node, 0)) > 0;
        }
        boolean last = place(node) == layers.size() - 1;
        return !(last && end.path().orElseThrow().exit().equals(path.exit()));
    }

    /**
     * The best carrier for rows that stand at a node.
     *
     * @param begun the layers that lead to the node, at least one
     * @param allowed cheapest first; at least one begins with these layers
     */
    static Carrier of(AdaptiveModel model, List<LayerId> begun, List<Path> allowed) {
        List<Path> ahead = allowed.stream()
                .filter(path -> path.depth() >= begun.size()
                        && path.layers().subList(0, begun.size()).equals(begun))
                .toList();
        Path best = ahead.get(0);
        List<Path> carried = List.of();
        for (Path candidate : ahead) {
            List<Path> within = ahead.stream()
                    .filter(path -> isWithin(path.layers(), candidate.layers()))
                    .toList();
            // Of equals the costliest: rows of which nobody is asked again follow it to its end.
            if (within.size() >= carried.size()) {
                best = candidate;
                carried = within;
            }
        }
        WalkTree tree = WalkTree.of(model, carried);
        int start = WalkTree.ROOT;
        for (LayerId layer : begun) {
            start = tree.childAt(start, model.layer(layer).orElseThrow().index());
        }
        return new Carrier(model, best, tree, start);
    }

    private static boolean isWithin(List<LayerId> some, List<LayerId> all) {
        int place = 0;
        for (LayerId layer : all) {
            if (place < some.size() && some.get(place).equals(layer)) {
                place++;
            }
        }
        return place == some.size();
    }

    /** The allowed paths that can be reached. */
    WalkTree tree() {
        return tree;
    }

    /** The node from which rows set out with {@link #decision()}. */
    int start() {
        return start;
    }

    Decision decision() {
        return decision;
    }

    /** Whether the policy is asked, or has to say something, when rows stand at this node. */
    boolean isAsked(int node) {
        return asked[node];
    }

    /** Answers at this node; null if no path ends here. */
    @Nullable
    Decision stop(int node) {
        return stops[node];
    }

    /** How many layers of the path lie between a node and its child. */
    int skipped(int node, int child) {
        return place(child) - place(node) - 1;
    }

    private int place(int node) {
        return places[tree.layer(node)];
    }
}
