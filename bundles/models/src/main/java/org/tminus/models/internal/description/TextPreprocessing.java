/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.description;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.ModelFormatException;
import org.tminus.model.Preprocessing;
import org.tminus.model.RawInput;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/**
 * Turns texts into tokens, one row per text; rows are filled up at the end to the longest of the batch, or to the length
 * that the model fixes. Without the bundle of the tokenizers it refuses every text, and says what to install.
 */
final class TextPreprocessing implements Preprocessing {
    static final String KIND = "text";
    private static final String TOKENIZERS = "org.tminus.tokenizers.Tokenizers";

    private final @Nullable TextEncoder encoder;
    private final String unavailable;
    private final TensorSpec ids;
    private final @Nullable TensorSpec mask;
    private final @Nullable TensorSpec types;
    private final Optional<Integer> fixedLength;

    /**
     * @param fixedLength the length of every row, if the model takes one only
     * @throws ModelFormatException if the tokenizer is wrong
     */
    TextPreprocessing(
            byte[] tokenizer,
            int maximumLength,
            TensorSpec ids,
            @Nullable TensorSpec mask,
            @Nullable TensorSpec types,
            Optional<Integer> fixedLength)
            throws ModelFormatException {
        this.ids = ids;
        this.mask = mask;
        this.types = types;
        this.fixedLength = fixedLength;
        TextEncoder opened = null;
        String reason = "";
        try {
            Class.forName(TOKENIZERS, false, TextPreprocessing.class.getClassLoader());
            opened = TextEncoder.open(tokenizer, maximumLength);
        } catch (ClassNotFoundException e) {
            reason = "the feature tminus-tokenizers is not installed";
        } catch (TextEncoder.Unavailable e) {
            reason = String.valueOf(e.getMessage());
        }
        encoder = opened;
        unavailable = reason;
    }

    @Override
    public String kind() {
        return KIND;
    }

    /** Why no text can become tokens here; empty if it can. */
    Optional<String> unavailable() {
        return encoder == null ? Optional.of(unavailable) : Optional.empty();
    }

    @Override
    public Map<String, Tensor> apply(List<RawInput> batch) throws InvalidRequestException {
        TextEncoder tokens = encoder;
        if (tokens == null) {
            throw new InvalidRequestException(
                    "Text cannot become tokens here: " + unavailable + ".",
                    "Install the feature tminus-tokenizers on a platform that it supports, or send tensors.");
        }
        if (batch.isEmpty()) {
            throw new InvalidRequestException("There is no text to prepare.", "Give at least one.");
        }
        List<TextEncoder.Row> rows = new ArrayList<>(batch.size());
        int length = fixedLength.orElse(1);
        for (int row = 0; row < batch.size(); row++) {
            TextEncoder.Row encoded = encode(tokens, batch.get(row), row);
            length = Math.max(length, encoded.ids.length);
            rows.add(encoded);
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put(ids.name(), tensor(ids, rows, length, 0, tokens.paddingId()));
        if (mask != null) {
            tensors.put(mask.name(), tensor(mask, rows, length, 1, 0));
        }
        if (types != null) {
            tensors.put(types.name(), tensor(types, rows, length, 2, 0));
        }
        return Collections.unmodifiableMap(tensors);
    }

    private static TextEncoder.Row encode(TextEncoder tokens, RawInput raw, int row) throws InvalidRequestException {
        String text = raw.text()
                .orElseThrow(() -> new InvalidRequestException(
                        "Input " + row + " is of kind " + raw.kind() + ", the model takes text.", "Send texts."));
        TextEncoder.Row encoded;
        try {
            encoded = tokens.encode(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(
                    "Text " + row + " cannot be prepared: " + e.getMessage(), "Shorten it before sending it.", e);
        }
        if (encoded.ids.length == 0) {
            throw new InvalidRequestException(
                    "Text " + row + " gives no token.", "Send a text with at least one word.");
        }
        return encoded;
    }

    private static Tensor tensor(TensorSpec spec, List<TextEncoder.Row> rows, int length, int part, long padding)
            throws InvalidRequestException {
        HostTensor tensor;
        try {
            tensor = HostTensor.allocate(spec.elementType(), Shape.of(rows.size(), length));
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(
                    rows.size() + " texts are too many for one tensor.", "Send them in smaller batches.", e);
        }
        boolean wide = spec.elementType().equals(ElementType.INT64);
        ByteBuffer target = tensor.writableBuffer();
        for (TextEncoder.Row row : rows) {
            long[] values = part == 0 ? row.ids : part == 1 ? row.mask : row.types;
            for (int at = 0; at < length; at++) {
                long value = at < values.length ? values[at] : padding;
                if (wide) {
                    target.putLong(value);
                } else {
                    target.putInt((int) value);
                }
            }
        }
        return tensor;
    }
}
