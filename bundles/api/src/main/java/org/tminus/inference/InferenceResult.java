/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.inference;

import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;
import org.tminus.tensor.Tensor;

/** Answers for a batch. Close it when the outputs have been read; closing twice is harmless. */
@ProviderType
public interface InferenceResult extends AutoCloseable {
    /** The requested outputs by name, on the host, rows in the request's order. */
    Map<String, Tensor> outputs();

    /** One per row. */
    List<Trace> traces();

    @Override
    void close();
}
