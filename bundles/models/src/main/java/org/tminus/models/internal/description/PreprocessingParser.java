/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.description;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.ModelFormatException;
import org.tminus.model.ModelSignature;
import org.tminus.model.Preprocessing;
import org.tminus.model.TensorSpec;
import org.tminus.models.internal.archive.EntryNames;
import org.tminus.tensor.ElementType;

/** Reads {@code preprocessing.json}. */
public final class PreprocessingParser {
    private static final int LARGEST_SIDE = 1 << 14;
    private static final int MOST_CHANNELS = 16;

    private PreprocessingParser() {}

    /**
     * @param tokenizer content of {@code tokenizer.json}, if there is one
     * @throws ModelFormatException if it is wrong, or not for a model of this signature
     */
    public static Preprocessing parse(byte[] content, byte @Nullable [] tokenizer, ModelSignature signature)
            throws ModelFormatException {
        JsonValue root = JsonDocument.parse(EntryNames.PREPROCESSING, content);
        String kind = root.get("kind").name();
        if (kind.equals(TextPreprocessing.KIND)) {
            return TextParser.parse(root, tokenizer, signature);
        }
        if (!kind.equals(ImagePreprocessing.KIND)) {
            throw new ModelFormatException(
                    EntryNames.PREPROCESSING + ": $.kind is '" + EntryNames.printable(kind)
                            + "', which is not supported by this version; it knows '" + ImagePreprocessing.KIND
                            + "' and '" + TextPreprocessing.KIND + "'.",
                    "Leave " + EntryNames.PREPROCESSING + " out and send tensors instead, or use a newer version.");
        }
        int width = (int) root.get("width").integer(1, LARGEST_SIDE);
        int height = (int) root.get("height").integer(1, LARGEST_SIDE);
        int channels = (int) root.get("channels").integer(1, MOST_CHANNELS);
        double scale = root.get("scale").number(Double.MIN_VALUE, Double.MAX_VALUE);
        double[] mean = perChannel(root.get("mean"), channels, -Double.MAX_VALUE);
        double[] std = perChannel(root.get("std"), channels, 1e-12);
        boolean channelsFirst = root.get("layout").oneOf("NCHW", "NHWC").equals("NCHW");
        JsonValue member = root.get("input");
        String input = member.name();
        TensorSpec spec = signature
                .input(input)
                .orElseThrow(() ->
                        member.error("names '" + EntryNames.printable(input) + "', which is no input of the model"));
        if (signature.inputs().size() != 1) {
            throw member.error(
                    "is one of " + signature.inputs().size() + " inputs of the model; an image gives one only");
        }
        ImagePreprocessing image =
                new ImagePreprocessing(width, height, channels, scale, mean, std, channelsFirst, input);
        if (!spec.elementType().equals(ElementType.FLOAT32) || !spec.accepts(image.shape(1))) {
            throw member.error("takes " + spec.elementType() + spec.dimensions() + ", but an image gives float32"
                    + image.shape(1));
        }
        return image;
    }

    private static double[] perChannel(JsonValue value, int channels, double least) throws ModelFormatException {
        List<JsonValue> elements = value.list(MOST_CHANNELS);
        if (elements.size() != channels) {
            throw value.error("must have a number for each of " + channels + " channels, found " + elements.size());
        }
        double[] numbers = new double[channels];
        for (int channel = 0; channel < channels; channel++) {
            numbers[channel] = elements.get(channel).number(least, Double.MAX_VALUE);
        }
        return numbers;
    }
}
