/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.LayerId;
import org.tminus.model.Path;

/** The tree of the allowed paths, and how rows travel on from each node where they first look around. Immutable. */
final class ClosedPlan {
    private final WalkTree tree;
    private final @Nullable Carrier[] carriers;

    private ClosedPlan(WalkTree tree) {
        this.tree = tree;
        carriers = new Carrier[tree.size()];
    }

    /** @param allowed cheapest first */
    static ClosedPlan of(AdaptiveModel model, List<Path> allowed) {
        ClosedPlan plan = new ClosedPlan(WalkTree.of(model, allowed));
        for (int index = 0; index < plan.tree.childCount(WalkTree.ROOT); index++) {
            int node = plan.tree.child(WalkTree.ROOT, index);
            List<LayerId> begun = new ArrayList<>();
            begun.add(Objects.requireNonNull(plan.tree.layerId(node)));
            while (plan.tree.actions(node) == 1 && plan.tree.childCount(node) == 1) {
                node = plan.tree.child(node, 0);
                begun.add(Objects.requireNonNull(plan.tree.layerId(node)));
            }
            if (plan.tree.actions(node) > 1) {
                plan.carriers[node] = Carrier.of(model, begun, allowed);
            }
        }
        return plan;
    }

    WalkTree tree() {
        return tree;
    }

    /** For the first node on a walk, the root aside, where there is a choice; null for any other. */
    @Nullable
    Carrier carrier(int node) {
        return carriers[node];
    }
}
