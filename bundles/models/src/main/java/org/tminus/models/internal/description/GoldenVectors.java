/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.description;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.ModelFormatException;
import org.tminus.model.ModelSignature;
import org.tminus.model.Preprocessing;
import org.tminus.model.RawInput;
import org.tminus.model.TensorSpec;
import org.tminus.models.internal.archive.EntryNames;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/**
 * Checks {@code golden.json}: what this platform's preprocessing makes of each raw input must be what training made of
 * it. Outputs are checked for type and shape only, since nothing is run here.
 */
final class GoldenVectors {
    private static final int MOST_VECTORS = 1000;
    private static final int LARGEST_SIDE = 1 << 14;
    private static final int LONGEST_TEXT = 64 << 20;
    private static final int LONGEST_RAW_TEXT = 1 << 18;

    private static final Logger LOG = LoggerFactory.getLogger(GoldenVectors.class);

    private final String what;
    private final ModelSignature signature;
    private final @Nullable Preprocessing preprocessing;

    /** @param what the source, for messages */
    GoldenVectors(String what, ModelSignature signature, @Nullable Preprocessing preprocessing) {
        this.what = what;
        this.signature = signature;
        this.preprocessing = preprocessing;
    }

    void check(byte[] content) throws ModelFormatException {
        JsonValue vectors = JsonDocument.parse(EntryNames.GOLDEN, content).get("vectors");
        List<JsonValue> list = vectors.list(MOST_VECTORS);
        if (list.isEmpty()) {
            throw vectors.error("is empty");
        }
        for (JsonValue vector : list) {
            checkVector(vector);
        }
        if (preprocessing instanceof TextPreprocessing text) {
            text.unavailable()
                    .ifPresent(
                            reason -> LOG.warn("{}: its golden vectors are not compared, because {}.", what, reason));
        }
    }

    private void checkVector(JsonValue vector) throws ModelFormatException {
        double tolerance = vector.get("tolerance").number(0, Double.MAX_VALUE);
        Map<String, ByteBuffer> inputs = tensors(vector.get("inputs"), signature.inputs());
        if (inputs.size() != signature.inputs().size()) {
            throw vector.get("inputs").error("must have every input of the model");
        }
        tensors(vector.get("outputs"), signature.outputs());
        Optional<JsonValue> image = vector.find("image");
        Optional<JsonValue> text = vector.find("text");
        if (image.isPresent() && text.isPresent()) {
            throw text.get().error("stands beside an image; a vector has one of them");
        }
        Optional<JsonValue> raw = image.or(() -> text);
        if (raw.isEmpty()) {
            return;
        }
        if (preprocessing == null) {
            throw raw.get().error("needs " + EntryNames.PREPROCESSING + ", which the archive lacks");
        }
        RawInput input = image.isPresent()
                ? readImage(image.get())
                : RawInput.text(text.orElseThrow().text(LONGEST_RAW_TEXT));
        if (!input.kind().equals(preprocessing.kind())) {
            throw raw.get().error("is of another kind than preprocessing takes, which is " + preprocessing.kind());
        }
        if (preprocessing instanceof TextPreprocessing tokens
                && tokens.unavailable().isPresent()) {
            return;
        }
        checkSize(vector.get("inputs"), inputs, preprocessing);
        Map<String, Tensor> made;
        try {
            made = preprocessing.apply(List.of(input));
        } catch (InvalidRequestException e) {
            throw raw.get().error("cannot be prepared: " + e.getMessage());
        }
        for (Map.Entry<String, Tensor> entry : made.entrySet()) {
            try (Tensor tensor = entry.getValue()) {
                ByteBuffer expected = inputs.get(entry.getKey());
                if (expected != null) {
                    compare(vector.get("inputs").get(entry.getKey()), expected, tensor, tolerance);
                }
            }
        }
    }

    /** Before anything is prepared: what the file holds is bounded, what it asks preprocessing for is not. */
    private static void checkSize(JsonValue place, Map<String, ByteBuffer> inputs, Preprocessing preprocessing)
            throws ModelFormatException {
        if (preprocessing instanceof ImagePreprocessing image) {
            long gives = image.shape(1).elementCount() * Float.BYTES;
            for (Map.Entry<String, ByteBuffer> input : inputs.entrySet()) {
                if (input.getValue().remaining() != gives) {
                    throw place.get(input.getKey())
                            .error("has " + input.getValue().remaining() + " bytes, but preprocessing gives " + gives);
                }
            }
        }
    }

    private static RawInput readImage(JsonValue value) throws ModelFormatException {
        int width = (int) value.get("width").integer(1, LARGEST_SIDE);
        int height = (int) value.get("height").integer(1, LARGEST_SIDE);
        int channels = (int) value.get("channels").integer(1, LARGEST_SIDE);
        byte[] pixels = decode(value.get("pixels"));
        if (pixels.length != (long) width * height * channels) {
            throw value.get("pixels").error("has " + pixels.length + " bytes, not width times height times channels");
        }
        return RawInput.image(width, height, channels, pixels);
    }

    private static Map<String, ByteBuffer> tensors(JsonValue value, List<TensorSpec> specs)
            throws ModelFormatException {
        Map<String, ByteBuffer> tensors = new HashMap<>();
        for (Map.Entry<String, JsonValue> member : value.members(MOST_VECTORS).entrySet()) {
            TensorSpec spec = specs.stream()
                    .filter(candidate -> candidate.name().equals(member.getKey()))
                    .findFirst()
                    .orElseThrow(() -> member.getValue().error("is not in the model's signature"));
            tensors.put(member.getKey(), tensor(member.getValue(), spec));
        }
        return tensors;
    }

    private static ByteBuffer tensor(JsonValue value, TensorSpec spec) throws ModelFormatException {
        List<JsonValue> elements = value.get("shape").list(16);
        long[] dimensions = new long[elements.size()];
        for (int axis = 0; axis < dimensions.length; axis++) {
            dimensions[axis] = elements.get(axis).integer(0, Integer.MAX_VALUE);
        }
        Shape shape;
        try {
            shape = Shape.of(dimensions);
        } catch (IllegalArgumentException e) {
            throw value.get("shape").error("has too many elements");
        }
        if (!spec.accepts(shape)) {
            throw value.get("shape").error("must fit " + spec.dimensions() + ", found " + shape);
        }
        byte[] bytes = decode(value.get("base64"));
        int width = spec.elementType().bytes();
        if (width == 0 || bytes.length % width != 0 || bytes.length / width != shape.elementCount()) {
            throw value.get("base64")
                    .error("has " + bytes.length + " bytes, which is no " + spec.elementType() + shape);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (spec.elementType().equals(ElementType.FLOAT32)) {
            for (int at = 0; at < bytes.length; at += Float.BYTES) {
                if (!Float.isFinite(buffer.getFloat(at))) {
                    throw value.get("base64").error("has a value that is not finite");
                }
            }
        }
        return buffer;
    }

    /** Preprocessing makes float32, int32 and int64 only, as the parsers ensure; whole numbers must be the same. */
    private static void compare(JsonValue place, ByteBuffer expected, Tensor made, double tolerance)
            throws ModelFormatException {
        ByteBuffer actual = made.buffer();
        if (expected.remaining() != actual.remaining()) {
            throw place.error("has " + expected.remaining() + " bytes, but preprocessing gives " + actual.remaining());
        }
        int width = made.elementType().bytes();
        for (int at = 0; at < expected.limit(); at += width) {
            if (made.elementType().equals(ElementType.FLOAT32)) {
                float wanted = expected.getFloat(at);
                float found = actual.getFloat(at);
                if (!(Math.abs(wanted - found) <= tolerance)) {
                    throw differs(place, at / width, wanted, found, ", tolerance " + tolerance);
                }
            } else {
                long wanted = width == Long.BYTES ? expected.getLong(at) : expected.getInt(at);
                long found = width == Long.BYTES ? actual.getLong(at) : actual.getInt(at);
                if (wanted != found) {
                    throw differs(place, at / width, wanted, found, "");
                }
            }
        }
    }

    private static ModelFormatException differs(
            JsonValue place, int element, Number wanted, Number found, String tolerance) {
        return place.error("differs from what preprocessing gives: element " + element + " is " + wanted
                + " in the file and " + found + " here" + tolerance);
    }

    private static byte[] decode(JsonValue value) throws ModelFormatException {
        try {
            return Base64.getDecoder().decode(value.text(LONGEST_TEXT));
        } catch (IllegalArgumentException e) {
            throw value.error("is not base64");
        }
    }
}
