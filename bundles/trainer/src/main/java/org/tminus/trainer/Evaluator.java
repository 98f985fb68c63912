/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.predictor.features.ImageFeatures;
import org.tminus.trainer.data.SplitReader;
import org.tminus.trainer.decide.Answers;
import org.tminus.trainer.decide.ImageFeatureReader;
import org.tminus.trainer.decide.PathCosts;
import org.tminus.trainer.decide.PathMenu;
import org.tminus.trainer.decide.Point;
import org.tminus.trainer.decide.PolicySimulator;
import org.tminus.trainer.export.OnnxNetwork;
import org.tminus.trainer.export.OnnxNetwork.ExitWiring;
import org.tminus.trainer.export.OnnxRunner;
import org.tminus.trainer.vit.Logits;
import org.tminus.trainer.vit.Normalisation;

/**
 * Measures a finished model on a split: accuracy of every exit, accuracy and FLOPs of every operating point.
 *
 * <p>It reads nothing but the files of the model, as serving does, and runs them on ONNX Runtime. It chooses nothing. Used by
 * one thread.
 */
public final class Evaluator {
    private final Path folder;
    private final JsonNode description;
    private final Normalisation normalisation;

    /**
     * Opens an unpacked model.
     *
     * @throws IOException if its descriptions cannot be read
     */
    public Evaluator(Path folder) throws IOException {
        this.folder = folder;
        ObjectMapper mapper = new ObjectMapper();
        description = mapper.readTree(folder.resolve("model.json").toFile());
        JsonNode preprocessing =
                mapper.readTree(folder.resolve("preprocessing.json").toFile());
        normalisation = new Normalisation(
                preprocessing.get("scale").asDouble(),
                preprocessing.get("mean").get(0).asDouble(),
                preprocessing.get("std").get(0).asDouble());
    }

    /** The seed that the model was trained with, which is also that of its splits. */
    public long seed() {
        return description.get("provenance").get("seed").asLong();
    }

    /**
     * Measures on one split.
     *
     * @throws IOException if a file of the model cannot be read
     */
    public Figures evaluate(SplitReader split) throws IOException {
        int classes = description
                .get("signature")
                .get("outputs")
                .get(0)
                .get("shape")
                .get(1)
                .asInt();
        Answers answers;
        try (OnnxNetwork network = network()) {
            Logits logits = network.forward(split, normalisation, classes);
            answers = Answers.of(logits, split);
        }
        PathCosts costs = costs();
        PathMenu menu = menu();
        PolicySimulator simulator = new PolicySimulator(answers, menu, costs, classes, complexities(split));
        List<Point> points = new ArrayList<>();
        for (JsonNode point : description.get("operatingPoints")) {
            points.add(simulator.run(
                    point.get("name").asText(), point.get("policy").asText(), parameters(point.get("parameters"))));
        }
        List<Double> accuracy = new ArrayList<>();
        List<Double> ratio = new ArrayList<>();
        for (int exit = 0; exit < answers.exits(); exit++) {
            accuracy.add(answers.accuracy(exit));
            ratio.add((double) costs.path(exit) / costs.fullDepth());
        }
        return new Figures(split.split().name().toLowerCase(Locale.ROOT), split.size(), accuracy, ratio, points);
    }

    private OnnxNetwork network() throws IOException {
        List<ExitWiring> wiring = new ArrayList<>();
        JsonNode exits = description.get("exits");
        for (int i = 0; i < exits.size() - 1; i++) {
            JsonNode exit = exits.get(i);
            wiring.add(new ExitWiring(
                    layerOutput(exit.get("after").asText()),
                    exit.get("input").asText(),
                    exit.get("outputs").get("logits").asText()));
        }
        return new OnnxNetwork(
                Files.readAllBytes(folder.resolve("model.onnx")),
                Files.readAllBytes(folder.resolve("exits.onnx")),
                folder.toAbsolutePath(),
                description.get("signature").get("inputs").get(0).get("name").asText(),
                "logits",
                wiring);
    }

    private String layerOutput(String id) {
        for (JsonNode layer : description.get("layers")) {
            if (layer.get("id").asText().equals(id)) {
                return layer.get("output").asText();
            }
        }
        throw new IllegalArgumentException("no layer " + id);
    }

    private PathCosts costs() {
        List<Long> layers = new ArrayList<>();
        description.get("layers").forEach(layer -> layers.add(flops(layer)));
        List<Long> exits = new ArrayList<>();
        description.get("exits").forEach(exit -> exits.add(flops(exit)));
        return new PathCosts(flops(description.get("stem")), layers, exits);
    }

    private static long flops(JsonNode part) {
        return part.get("cost").get("flops").get(0).asLong();
    }

    private PathMenu menu() {
        Map<String, Integer> index = new HashMap<>();
        JsonNode exits = description.get("exits");
        for (int i = 0; i < exits.size(); i++) {
            index.put(exits.get(i).get("id").asText(), i);
        }
        List<Integer> menu = new ArrayList<>();
        for (JsonNode path : description.get("menu")) {
            Integer exit = index.get(path.get("exit").asText());
            if (exit == null) {
                throw new IllegalArgumentException("the menu names the unknown exit " + path.get("exit"));
            }
            menu.add(exit);
        }
        return new PathMenu(menu, exits.size());
    }

    private PolicySimulator.@Nullable Complexities complexities(SplitReader split) throws IOException {
        JsonNode predictor = description.get("predictor");
        if (predictor == null || predictor.isNull()) {
            return null;
        }
        List<Integer> classes = new ArrayList<>();
        predictor.get("classes").forEach(each -> classes.add(each.asInt()));
        float[][] features = ImageFeatureReader.read(split, normalisation);
        float[] flat = new float[features.length * ImageFeatures.COUNT];
        for (int row = 0; row < features.length; row++) {
            System.arraycopy(features[row], 0, flat, row * ImageFeatures.COUNT, ImageFeatures.COUNT);
        }
        float[] probabilities;
        try (OnnxRunner runner = new OnnxRunner(
                Files.readAllBytes(folder.resolve(predictor.get("file").asText())))) {
            probabilities = runner.run(
                    Map.of("features", flat),
                    Map.of("features", new long[] {features.length, ImageFeatures.COUNT}),
                    "probabilities");
        }
        double[][] byRow = new double[features.length][classes.size()];
        for (int row = 0; row < byRow.length; row++) {
            for (int k = 0; k < classes.size(); k++) {
                byRow[row][k] = probabilities[row * classes.size() + k];
            }
        }
        return new PolicySimulator.Complexities(
                byRow, classes, predictor.get("flopsPerRow").asLong());
    }

    private static Map<String, Object> parameters(JsonNode node) {
        Map<String, Object> parameters = new HashMap<>();
        node.properties().forEach(field -> {
            if (field.getValue().isArray()) {
                List<Object> list = new ArrayList<>();
                field.getValue().forEach(each -> list.add(value(each)));
                parameters.put(field.getKey(), list);
            } else {
                parameters.put(field.getKey(), value(field.getValue()));
            }
        });
        return parameters;
    }

    private static Object value(JsonNode node) {
        return node.isNumber() ? node.numberValue() : node.asText();
    }
}
