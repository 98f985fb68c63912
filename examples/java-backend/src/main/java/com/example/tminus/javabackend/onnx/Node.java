/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.javabackend.onnx;

import java.util.List;
import java.util.Map;

/**
 * One operator of a graph.
 *
 * @param inputs names of values, empty for one that is left out
 * @param attributes {@code Long}, {@code Float} or {@code long[]}
 */
public record Node(String operator, List<String> inputs, List<String> outputs, Map<String, Object> attributes) {
    public long number(String name, long otherwise) {
        return attributes.get(name) instanceof Long value ? value : otherwise;
    }

    public float real(String name, float otherwise) {
        return attributes.get(name) instanceof Float value ? value : otherwise;
    }

    public long[] numbers(String name, long[] otherwise) {
        return attributes.get(name) instanceof long[] values ? values : otherwise;
    }
}
