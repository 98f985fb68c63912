/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal.fold;

import ai.onnx.proto.OnnxMl.NodeProto;

/** One kind of pattern. Stateless. */
interface Fold {
    /**
     * Folds the pattern that ends with an operator.
     *
     * @return whether there was one, and the graph is changed
     */
    boolean apply(FoldGraph graph, NodeProto last);
}
