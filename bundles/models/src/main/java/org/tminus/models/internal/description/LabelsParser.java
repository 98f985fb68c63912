/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.description;

import java.util.ArrayList;
import java.util.List;
import org.tminus.failure.ModelFormatException;
import org.tminus.model.ModelSignature;
import org.tminus.model.TensorSpec;
import org.tminus.models.internal.archive.EntryNames;

/** Reads {@code labels.json}. */
final class LabelsParser {
    private static final int MOST = 100_000;
    private static final int LONGEST = 1000;

    private LabelsParser() {}

    static List<String> parse(byte[] content, ModelSignature signature) throws ModelFormatException {
        JsonValue list = JsonDocument.parse(EntryNames.LABELS, content).get("labels");
        List<String> labels = new ArrayList<>();
        for (JsonValue label : list.list(MOST)) {
            labels.add(label.text(LONGEST));
        }
        TensorSpec output = signature.outputs().get(0);
        long entries = output.dimensions().get(output.dimensions().size() - 1);
        if (entries != TensorSpec.ANY && entries != labels.size()) {
            throw list.error("has " + labels.size() + " labels, but the output '" + output.name() + "' has " + entries
                    + " entries");
        }
        return List.copyOf(labels);
    }
}
