/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** The part before the first layer: embeddings, and the side values that layers read besides the hidden state. */
@ProviderType
public interface Stem {
    /** The value of {@code model.onnx} that the first layer reads. */
    String output();

    /** Values that layers and exits read besides the hidden state, such as an attention mask. */
    List<String> sideValues();

    Cost cost();
}
