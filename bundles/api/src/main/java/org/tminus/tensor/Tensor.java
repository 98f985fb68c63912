/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tensor;

import java.nio.ByteBuffer;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A multi-dimensional array of one element type. Implemented by the platform ({@link HostTensor}) and by backends with
 * memory of their own. Reading is safe from many threads; the content does not change while anyone may read it.
 */
@ConsumerType
public interface Tensor extends AutoCloseable {
    ElementType elementType();

    Shape shape();

    /** Bytes of the elements; for strings the sum of their UTF-8 lengths. May exceed what one buffer can hold. */
    long byteSize();

    TensorLocation location();

    /**
     * The elements in row-major order as a fresh read-only view in native byte order, from position 0 to its limit.
     * The view is valid until {@link #close()}.
     *
     * @throws IllegalStateException if the tensor is closed
     * @throws UnsupportedOperationException if the tensor is not on the host (copy it there first), is too large for
     *     one buffer, or holds strings
     */
    ByteBuffer buffer();

    /**
     * The elements of a string tensor in row-major order.
     *
     * @throws IllegalStateException if the tensor is closed
     * @throws UnsupportedOperationException if this is no string tensor, or not on the host
     */
    List<String> strings();

    /** Frees what the tensor holds. Closing twice is harmless. */
    @Override
    void close();
}
