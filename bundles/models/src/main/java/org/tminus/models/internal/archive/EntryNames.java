/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.archive;

import java.util.List;
import java.util.Set;

/** The entries that a model file may have. */
public final class EntryNames {
    public static final String DESCRIPTION = "model.json";
    public static final String MODEL = "model.onnx";
    public static final String WEIGHTS = "model.onnx.data";
    public static final String EXITS = "exits.onnx";
    public static final String PREDICTOR = "predictor.onnx";
    public static final String POLICY = "policy.onnx";
    public static final String POLICY_OPEN = "policy-open.onnx";
    public static final String POLICY_CLOSED = "policy-closed.onnx";
    public static final String PREPROCESSING = "preprocessing.json";
    public static final String TOKENIZER = "tokenizer.json";
    public static final String LABELS = "labels.json";
    public static final String GOLDEN = "golden.json";

    /** All of them, in the order in which they are written. */
    public static final List<String> ALL = List.of(
            DESCRIPTION,
            PREPROCESSING,
            TOKENIZER,
            LABELS,
            GOLDEN,
            PREDICTOR,
            POLICY,
            POLICY_OPEN,
            POLICY_CLOSED,
            EXITS,
            MODEL,
            WEIGHTS);

    private static final Set<String> KNOWN = Set.copyOf(ALL);
    private static final int SHOWN = 80;

    private EntryNames() {}

    public static boolean isKnown(String name) {
        return KNOWN.contains(name);
    }

    /** A name from a hostile file, made fit for a message. */
    public static String printable(String name) {
        StringBuilder text = new StringBuilder();
        name.codePoints()
                .limit(SHOWN)
                .forEach(point -> text.appendCodePoint(point < 0x20 || point > 0x7e ? '?' : point));
        return name.length() > SHOWN ? text + "..." : text.toString();
    }
}
