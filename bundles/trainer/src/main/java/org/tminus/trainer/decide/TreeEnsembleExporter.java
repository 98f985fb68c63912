/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import java.util.Map;
import org.tminus.trainer.decide.TreeEnsemble.Tree;
import org.tminus.trainer.export.TreeNodes;

/** Writes a tree ensemble as an {@code ai.onnx.ml} TreeEnsembleClassifier. */
public final class TreeEnsembleExporter {
    private TreeEnsembleExporter() {}

    /**
     * The ONNX model: input {@code features} [batch, features], outputs {@code label} [batch] and {@code probabilities}
     * [batch, classes].
     */
    public static byte[] export(TreeEnsemble ensemble, Map<String, String> metadata) {
        TreeNodes nodes = new TreeNodes(ensemble.features(), ensemble.classes());
        for (int i = 0; i < ensemble.trees().size(); i++) {
            Tree tree = ensemble.trees().get(i);
            int splits = tree.feature.length;
            for (int node = 0; node < splits; node++) {
                nodes.branch(
                        i,
                        node,
                        tree.feature[node],
                        tree.threshold[node],
                        place(tree.left[node], splits),
                        place(tree.right[node], splits));
            }
            for (int leaf = 0; leaf < tree.leaf.length; leaf++) {
                nodes.leaf(i, splits + leaf, i % ensemble.classes(), tree.leaf[leaf]);
            }
        }
        return nodes.toBytes(metadata);
    }

    /** Leaves follow the splits. */
    private static long place(int child, int splits) {
        return child >= 0 ? child : splits + (-1 - child);
    }
}
