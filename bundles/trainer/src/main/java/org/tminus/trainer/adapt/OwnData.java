/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.data.TaskData;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.tasks.EmbeddingCorpus;
import org.tminus.tasks.PictureInput;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.pipeline.PipelineOptions.PolicyEffort;

/**
 * Reads people's data again as it was read when their model was made adaptive, in the same splits: how that was stands in the
 * model's provenance, among the facts about its data.
 */
public final class OwnData {
    private static final String KIND = "read as";
    private static final String LABELS = "labels";
    private static final String TEXT_COLUMN = "text column";
    private static final String LABEL_COLUMN = "label column";
    private static final String GROUP_COLUMN = "group column";
    private static final String MAXIMUM_LENGTH = "tokens at most";
    private static final String COSINE = "kept cosine";
    /** SHA-256 of the model that training began with. */
    static final String BEGAN_WITH = "began with";

    private static final String USED = "used";

    private OwnData() {}

    /** What has to be known to read the data again. */
    static Map<String, String> facts(Request request, OwnTask task) {
        Map<String, String> facts = new TreeMap<>();
        facts.put(KIND, task.kind().words());
        facts.put(LABELS, request.labels().used() ? USED : "not used");
        if (task.kind() == DataKind.TEXTS) {
            facts.put(TEXT_COLUMN, request.text().textColumn());
            facts.put(LABEL_COLUMN, request.text().labelColumn());
            request.text().groupColumn().ifPresent(column -> facts.put(GROUP_COLUMN, column));
            facts.put(MAXIMUM_LENGTH, Integer.toString(task.maximumLength()));
        }
        return facts;
    }

    /** Whether a model was made of people's own data, and says how it was read. */
    public static boolean isToldBy(JsonNode description) {
        return !facts(description).path(KIND).isMissingNode();
    }

    private static JsonNode facts(JsonNode description) {
        return description.at("/provenance/figures/data");
    }

    /**
     * Reads it.
     *
     * @param folder with the entries of the model file
     * @param data folder or file
     * @throws AdaptException if the data cannot be read, does not fit the model, or is not what the model was adapted with
     */
    public static TaskData read(Path folder, Path data, ProgressListener listener) throws IOException {
        JsonNode description = json(folder.resolve("model.json"));
        JsonNode facts = facts(description);
        Path onnx = folder.resolve("model.onnx");
        try {
            OnnxModel model = OnnxModel.read(onnx);
            Request request = request(
                    folder,
                    onnx,
                    data,
                    facts,
                    description.at("/provenance/seed").asLong());
            TaskData read = DataReader.read(
                            request, model, ModelCheck.analyze(model).signature(), listener)
                    .data();
            TaskData told = facts.has(COSINE)
                    ? EmbeddingCorpus.withCosine(read, facts.path(COSINE).asDouble())
                    : read;
            requireSame(description, told.description().sha256(), data);
            return told;
        } catch (OnnxFormatException e) {
            throw ModelCheck.failure(e);
        }
    }

    private static void requireSame(JsonNode description, String sha256, Path data) throws AdaptException {
        String adapted = description.at("/provenance/data/sha256").asText();
        if (!adapted.isEmpty() && !adapted.equals(sha256)) {
            throw new AdaptException("The data in " + data + " are not those that the model was adapted with: what it"
                    + " learned from may be among them, and figures would flatter it. Give the same data, or"
                    + " adapt a model with these.");
        }
    }

    /**
     * Checks that a model file is what an adaptation makes of these data, read so, and with as much training.
     *
     * @param facts about the data
     * @param data with its splits
     * @param path of the data, for messages
     * @param steps of its training
     * @throws AdaptException with all differences
     */
    static void requireMadeOf(
            Path file,
            JsonNode description,
            Map<String, String> facts,
            TaskData.Description data,
            Path path,
            long steps)
            throws AdaptException {
        if (!isToldBy(description)) {
            throw new AdaptException("The model " + file
                    + " was not made by `adapt`. Name one that was with --model, or adapt it anew.");
        }
        List<String> differences = new ArrayList<>();
        Map<String, String> now = new TreeMap<>(facts);
        now.put("seed", Long.toString(data.seed()));
        now.forEach((name, fact) -> {
            JsonNode then = name.equals("seed")
                    ? description.at("/provenance/seed")
                    : facts(description).path(name);
            // Models of earlier versions do not say all of it.
            if (!then.isMissingNode() && !then.asText().equals(fact)) {
                differences.add(name + " was " + then.asText() + ", is " + fact);
            }
        });
        if (differences.isEmpty()) {
            requireSame(description, data.sha256(), path);
            long trained = description.at("/provenance/figures/trunk/steps").asLong(steps);
            if (trained != steps) {
                differences.add("steps of training were " + trained + ", are " + steps + " (--epochs)");
            }
        }
        if (!differences.isEmpty()) {
            throw new AdaptException("The model " + file + " was adapted with something else: "
                    + String.join("; ", differences) + ". Give the options that it was adapted with.");
        }
    }

    private static Request request(Path folder, Path onnx, Path data, JsonNode facts, long seed) throws IOException {
        return new Request(
                onnx,
                data,
                Optional.empty(),
                facts.path(LABELS).asText().equals(USED) ? new LabelNames(true, labels(folder)) : LabelNames.NONE,
                new Request.Text(
                        folder.resolve("tokenizer.json"),
                        facts.path(TEXT_COLUMN).asText(),
                        facts.path(LABEL_COLUMN).asText(),
                        Optional.ofNullable(facts.path(GROUP_COLUMN).textValue()),
                        facts.path(MAXIMUM_LENGTH).asInt()),
                new Request.Picture(0, pictures(folder)),
                Request.Head.OWN,
                new Request.Training(0, seed, 1, PolicyEffort.NONE),
                onnx,
                folder,
                "",
                "");
    }

    private static List<String> labels(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        Path file = folder.resolve("labels.json");
        if (Files.exists(file)) {
            json(file).path("labels").forEach(name -> names.add(name.asText()));
        }
        return names;
    }

    private static @Nullable PictureInput pictures(Path folder) throws IOException {
        Path file = folder.resolve("preprocessing.json");
        JsonNode root = Files.exists(file) ? json(file) : null;
        return root == null || !root.path("kind").asText().equals("image")
                ? null
                : new PictureInput(
                        root.path("input").asText(),
                        root.path("channels").asInt(),
                        root.path("height").asInt(),
                        root.path("width").asInt(),
                        root.path("scale").asDouble(),
                        numbers(root.path("mean")),
                        numbers(root.path("std")),
                        root.path("layout").asText().equals("NCHW"));
    }

    private static List<Double> numbers(JsonNode array) {
        List<Double> numbers = new ArrayList<>();
        array.forEach(number -> numbers.add(number.asDouble()));
        return numbers;
    }

    private static JsonNode json(Path file) throws IOException {
        return new ObjectMapper().readTree(file.toFile());
    }
}
