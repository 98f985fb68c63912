/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.description;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.ModelFormatException;
import org.tminus.model.ModelSignature;
import org.tminus.model.Preprocessing;
import org.tminus.model.TensorSpec;
import org.tminus.models.internal.archive.EntryNames;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.Shape;

/** Reads a {@code preprocessing.json} of the kind {@code text}. */
final class TextParser {
    private static final int LONGEST = 1 << 16;
    private static final List<String> PARTS = List.of("ids", "mask", "types");

    private TextParser() {}

    /** @throws ModelFormatException if it is wrong, not for a model of this signature, or its tokenizer is wrong */
    static Preprocessing parse(JsonValue root, byte @Nullable [] tokenizer, ModelSignature signature)
            throws ModelFormatException {
        root.get("tokenizer").oneOf(EntryNames.TOKENIZER);
        if (tokenizer == null) {
            throw root.get("tokenizer").error("names " + EntryNames.TOKENIZER + ", which is missing");
        }
        int maximum = (int) root.get("maximumLength").integer(1, LONGEST);
        long most = signature.sequence().map(axis -> axis.maximum()).orElse((long) LONGEST);
        if (maximum > most) {
            throw root.get("maximumLength").error("is " + maximum + ", but the model takes " + most + " at most");
        }
        JsonValue inputs = root.get("inputs");
        for (Map.Entry<String, JsonValue> member : inputs.members(PARTS.size()).entrySet()) {
            if (!PARTS.contains(member.getKey())) {
                throw member.getValue().error("is not known; there are " + String.join(", ", PARTS));
            }
        }
        TensorSpec ids = spec(inputs.get("ids"), signature);
        TensorSpec mask = optional(inputs, "mask", signature);
        TensorSpec types = optional(inputs, "types", signature);
        checkCovered(inputs, signature, ids, mask, types);
        Optional<Integer> fixed = Optional.empty();
        for (TensorSpec spec : signature.inputs()) {
            long length = spec.dimensions().get(1);
            if (length != TensorSpec.ANY && length != maximum) {
                throw root.get("maximumLength")
                        .error("must be " + length + ", the length of the input '" + spec.name() + "', found "
                                + maximum);
            }
            if (length != TensorSpec.ANY) {
                fixed = Optional.of(maximum);
            }
        }
        return new TextPreprocessing(tokenizer, maximum, ids, mask, types, fixed);
    }

    private static @Nullable TensorSpec optional(JsonValue inputs, String part, ModelSignature signature)
            throws ModelFormatException {
        Optional<JsonValue> member = inputs.find(part);
        return member.isEmpty() ? null : spec(member.get(), signature);
    }

    private static TensorSpec spec(JsonValue member, ModelSignature signature) throws ModelFormatException {
        String name = member.name();
        TensorSpec spec = signature
                .input(name)
                .orElseThrow(() ->
                        member.error("names '" + EntryNames.printable(name) + "', which is no input of the model"));
        boolean whole = spec.elementType().equals(ElementType.INT64)
                || spec.elementType().equals(ElementType.INT32);
        if (!whole || spec.dimensions().size() != 2) {
            throw member.error("takes " + spec.elementType() + spec.dimensions()
                    + ", but a text gives int64 or int32 in two dimensions, rows and tokens");
        }
        if (!spec.accepts(Shape.of(1, Math.max(1, spec.dimensions().get(1))))) {
            throw member.error("takes batches of " + spec.dimensions().get(0) + " only, but a batch may have one text");
        }
        return spec;
    }

    private static void checkCovered(
            JsonValue place,
            ModelSignature signature,
            TensorSpec ids,
            @Nullable TensorSpec mask,
            @Nullable TensorSpec types)
            throws ModelFormatException {
        Set<String> given = new HashSet<>();
        int parts = 1;
        given.add(ids.name());
        for (TensorSpec spec : new TensorSpec[] {mask, types}) {
            if (spec != null) {
                given.add(spec.name());
                parts++;
            }
        }
        if (given.size() != parts) {
            throw place.error("names an input of the model twice");
        }
        for (TensorSpec spec : signature.inputs()) {
            if (!given.contains(spec.name())) {
                throw place.error("must also name '" + spec.name() + "', which the model wants");
            }
        }
    }
}
