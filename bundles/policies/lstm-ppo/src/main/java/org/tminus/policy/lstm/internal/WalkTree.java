/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.policy.Decision;

/**
 * The allowed paths as a trie over the layers that run: at each node one may stop if a path ends there, or run a layer that
 * follows. Nodes are numbered, 0 is the root, and parents come before their children. Immutable.
 */
final class WalkTree {
    static final int ROOT = 0;

    /**
     * A node.
     *
     * @param layer place of the layer that ran last; -1 for the root
     * @param layerId the same by name; null for the root
     * @param depth how many layers have run
     * @param children the nodes that may follow, by ascending layer
     * @param end the path that ends here; null if none does
     * @param only the path that every walk through here ends in; null if there are several
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Node(
            int layer,
            @Nullable LayerId layerId,
            int depth,
            int[] children,
            @Nullable Decision end,
            @Nullable Decision only) {}

    /** A node while the tree grows. */
    private static final class Draft {
        private final int layer;
        private final @Nullable LayerId layerId;
        private final int depth;
        private final List<Integer> children = new ArrayList<>();
        private @Nullable Path end;

        Draft(int layer, @Nullable LayerId layerId, int depth) {
            this.layer = layer;
            this.layerId = layerId;
            this.depth = depth;
        }
    }

    private final List<Node> nodes = new ArrayList<>();

    private WalkTree() {}

    /** @param paths cheapest first, at least one; of two that run the same layers the cheaper one counts */
    static WalkTree of(AdaptiveModel model, List<Path> paths) {
        List<Draft> drafts = new ArrayList<>();
        drafts.add(new Draft(-1, null, 0));
        for (Path path : paths) {
            Draft at = drafts.get(ROOT);
            for (LayerId id : path.layers()) {
                int layer = model.layer(id).orElseThrow().index();
                at = childOrNew(drafts, at, layer, id);
            }
            if (at.end == null) {
                at.end = path;
            }
        }
        WalkTree tree = new WalkTree();
        Decision[] only = new Decision[drafts.size()];
        for (int index = drafts.size() - 1; index >= 0; index--) {
            Draft draft = drafts.get(index);
            draft.children.sort(Comparator.comparingInt(child -> drafts.get(child).layer));
            Path end = draft.end;
            Decision run = end == null ? null : Decision.run(end);
            if (draft.children.isEmpty()) {
                only[index] = run;
            } else if (run == null && draft.children.size() == 1) {
                only[index] = only[draft.children.get(0)];
            }
            int[] children = draft.children.stream().mapToInt(Integer::intValue).toArray();
            tree.nodes.add(0, new Node(draft.layer, draft.layerId, draft.depth, children, run, only[index]));
        }
        return tree;
    }

    private static Draft childOrNew(List<Draft> drafts, Draft parent, int layer, LayerId id) {
        for (int child : parent.children) {
            if (drafts.get(child).layer == layer) {
                return drafts.get(child);
            }
        }
        Draft child = new Draft(layer, id, parent.depth + 1);
        parent.children.add(drafts.size());
        drafts.add(child);
        return child;
    }

    int size() {
        return nodes.size();
    }

    int layer(int node) {
        return nodes.get(node).layer;
    }

    /** Null for the root. */
    @Nullable
    LayerId layerId(int node) {
        return nodes.get(node).layerId;
    }

    int depth(int node) {
        return nodes.get(node).depth;
    }

    int childCount(int node) {
        return nodes.get(node).children.length;
    }

    int child(int node, int index) {
        return nodes.get(node).children[index];
    }

    /** The child that runs this layer; -1 if there is none. */
    int childAt(int node, int layer) {
        for (int child : nodes.get(node).children) {
            if (nodes.get(child).layer == layer) {
                return child;
            }
        }
        return -1;
    }

    /** How many ways to go on there are, stopping included; at least 1. */
    int actions(int node) {
        Node found = nodes.get(node);
        return found.children.length + (found.end == null ? 0 : 1);
    }

    /** Runs the path that ends here; null if none does. */
    @Nullable
    Decision end(int node) {
        return nodes.get(node).end;
    }

    /** Runs the path that every walk through here ends in; null if there is a choice left. */
    @Nullable
    Decision only(int node) {
        return nodes.get(node).only;
    }
}
