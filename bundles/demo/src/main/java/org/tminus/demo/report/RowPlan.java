/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.report;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a row of the table is measured, so that another process can measure the same.
 *
 * @param name for people
 * @param kind who answers
 * @param policy {@code onnxruntime}, {@code static}, or a policy's name
 * @param operatingPoint of the policy; null for those without one
 * @param setting the session setting, for rows that ONNX Runtime answers by itself
 * @param parts the models of such a row; an input is answered by one of them, drawn by their weights
 */
public record RowPlan(
        String name,
        Kind kind,
        String policy,
        @Nullable String operatingPoint,
        @Nullable SessionSetting setting,
        List<Part> parts) {

    /** Who answers a row. */
    public enum Kind {
        /** ONNX Runtime, without the platform. */
        PLAIN,
        /** The platform. */
        PLATFORM
    }

    /**
     * A model within a mixture.
     *
     * @param name for people
     * @param file an ONNX file
     * @param flops per input
     * @param weight the share of inputs that it answers
     */
    public record Part(String name, String file, double flops, double weight) {}

    public RowPlan {
        parts = List.copyOf(parts);
    }

    /** A row that the platform answers. */
    public static RowPlan platform(String name, String policy, @Nullable String operatingPoint) {
        return new RowPlan(name, Kind.PLATFORM, policy, operatingPoint, null, List.of());
    }

    /** A row that ONNX Runtime answers without the platform. */
    public static RowPlan plain(String name, String policy, SessionSetting setting, List<Part> parts) {
        return new RowPlan(name, Kind.PLAIN, policy, null, setting, parts);
    }
}
