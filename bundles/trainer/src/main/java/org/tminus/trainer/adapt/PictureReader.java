/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.tminus.learning.data.TaskData;
import org.tminus.onnx.Dimension;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.ValueInfo;
import org.tminus.tasks.ImageFolder;
import org.tminus.tasks.PictureInput;
import org.tminus.tasks.TaskDataException;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.StageProgress;

/** Reads pictures for a model that takes pixels. */
final class PictureReader {
    /** Exporters of picture models write this file beside the model; it says how pixels are normalised. */
    private static final String PROCESSOR = "preprocessor_config.json";

    private static final double USUAL = 0.5;

    private PictureReader() {}

    static OwnTask read(Request request, OnnxModel model, List<ValueInfo> inputs, ProgressListener listener)
            throws IOException, TaskDataException, OnnxFormatException {
        ValueInfo input = inputs.get(0);
        List<Dimension> shape = input.shape();
        if (inputs.size() != 1 || !input.type().equals("float32") || shape == null || shape.size() != 4) {
            throw new AdaptException(
                    "The data is a folder, so it is taken for pictures, but the model does not take one"
                            + " float32 input of four dimensions; it takes " + inputs
                            + ". Give a .csv or .jsonl file for texts, or a .jsonl file with numbers.");
        }
        boolean channelsLast = isChannels(shape.get(3)) && !isChannels(shape.get(1));
        Dimension declared = shape.get(channelsLast ? 3 : 1);
        if (declared.isFixed() && !isChannels(declared)) {
            throw new AdaptException(
                    "The input " + input + " takes neither 1 nor 3 channels, so it takes no pictures.");
        }
        List<String> notes = new ArrayList<>();
        int channels = declared.isFixed() ? (int) declared.size() : 3;
        int height = side(shape.get(channelsLast ? 1 : 2), request, notes);
        int width = side(shape.get(channelsLast ? 2 : 3), request, notes);
        PictureInput like = request.picture().like();
        PictureInput pictures = like == null
                ? normalised(request.model(), input.name(), channels, height, width, !channelsLast, notes)
                : like;
        OnnxModel fixed = shape.stream().skip(1).allMatch(Dimension::isFixed)
                ? model
                : Protos.withInputShape(
                        model,
                        input.name(),
                        channelsLast
                                ? List.of((long) height, (long) width, (long) channels)
                                : List.of((long) channels, (long) height, (long) width));
        StageProgress progress = new StageProgress("reading pictures", listener, () -> false);
        TaskData data = ImageFolder.load(
                request.data(),
                pictures,
                request.labels().names(),
                request.training().seed(),
                progress::at);
        if (!request.labels().used() && !data.description().labels().isEmpty()) {
            throw new AdaptException("The folder " + request.data() + " has class folders, but --labels none was given."
                    + " Put the pictures into one folder, or use the labels.");
        }
        return new OwnTask(
                DataKind.PICTURES,
                fixed,
                data,
                Map.of("preprocessing.json", preprocessing(pictures)),
                1,
                notes,
                List.of());
    }

    private static boolean isChannels(Dimension dimension) {
        return dimension.isFixed() && (dimension.size() == 1 || dimension.size() == 3);
    }

    private static int side(Dimension dimension, Request request, List<String> notes) {
        if (dimension.isFixed()) {
            return (int) dimension.size();
        }
        int side = request.picture().side();
        String note = "the model takes pictures of any size; " + side + " pixels are used (--image-size)";
        if (!notes.contains(note)) {
            notes.add(note);
        }
        return side;
    }

    private static PictureInput normalised(
            Path model, String name, int channels, int height, int width, boolean channelsFirst, List<String> notes)
            throws IOException {
        Path file = model.resolveSibling(PROCESSOR);
        double scale = 1 / 255.0;
        List<Double> mean = Collections.nCopies(channels, USUAL);
        List<Double> deviation = mean;
        if (Files.isRegularFile(file)) {
            try {
                JsonNode root = new ObjectMapper().readTree(file.toFile());
                scale = root.path("rescale_factor").asDouble(scale);
                mean = numbers(root.path("image_mean"), mean);
                deviation = numbers(root.path("image_std"), deviation);
                notes.add("pixels are normalised as " + PROCESSOR + " beside the model says");
            } catch (JacksonException e) {
                throw new AdaptException(file + " is damaged: " + e.getOriginalMessage() + ".", e);
            }
        } else {
            notes.add("there is no " + PROCESSOR
                    + " beside the model, so pixels are brought to -1 to 1; if it was trained"
                    + " with others, put that file there");
        }
        try {
            return new PictureInput(name, channels, height, width, scale, mean, deviation, channelsFirst);
        } catch (IllegalArgumentException e) {
            throw new AdaptException(file + " does not fit the model: " + e.getMessage() + ".", e);
        }
    }

    private static List<Double> numbers(JsonNode node, List<Double> otherwise) {
        if (!node.isArray()) {
            return otherwise;
        }
        List<Double> numbers = new ArrayList<>();
        node.forEach(number -> numbers.add(number.asDouble()));
        return numbers;
    }

    private static byte[] preprocessing(PictureInput input) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        root.put("kind", "image");
        root.put("width", input.width());
        root.put("height", input.height());
        root.put("channels", input.channels());
        root.put("scale", input.scale());
        ArrayNode mean = root.putArray("mean");
        input.mean().forEach(mean::add);
        ArrayNode deviation = root.putArray("std");
        input.deviation().forEach(deviation::add);
        root.put("layout", input.channelsFirst() ? "NCHW" : "NHWC");
        root.put("input", input.name());
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
    }
}
