/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A named value of a graph with what is known of it.
 *
 * @param name its name in the graph
 * @param type its element type, such as {@code float32} or {@code int64}; {@code unknown} where it could not be found
 * @param shape its dimensions; null where not even their number is known
 */
public record ValueInfo(String name, String type, @Nullable List<Dimension> shape) {

    /** Copies the shape. */
    public ValueInfo {
        shape = shape == null ? null : List.copyOf(shape);
    }

    /** The shape as JSON has it: numbers for fixed dimensions, names for the others; empty where nothing is known. */
    public List<Object> jsonShape() {
        return shape == null ? List.of() : shape.stream().map(Dimension::json).toList();
    }

    @Override
    public String toString() {
        List<Dimension> dims = shape;
        return name + ": " + type + " "
                + (dims == null
                        ? "of unknown shape"
                        : dims.stream().map(Dimension::toString).collect(Collectors.joining(", ", "[", "]")));
    }
}
