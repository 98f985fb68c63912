/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnxruntime;

import ai.onnxruntime.OnnxJavaType;
import java.nio.file.Path;
import java.util.List;

/**
 * A weight of a graph that lies in a file as plain numbers, little-endian.
 *
 * @param name of the graph's initializer
 * @param file where it lies; may not become shorter while it is in use
 * @param offset of its first byte
 * @param bytes how many there are
 * @param shape the sizes of its dimensions
 */
public record MappedWeight(String name, Path file, long offset, long bytes, OnnxJavaType type, List<Long> shape) {
    /** @throws IllegalArgumentException if offset or bytes are below 0, or bytes are more than 2 GiB - 1 */
    public MappedWeight {
        if (offset < 0 || bytes < 0 || bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "weight " + name + " cannot have " + bytes + " bytes at " + offset + " of its file");
        }
        shape = List.copyOf(shape);
    }
}
