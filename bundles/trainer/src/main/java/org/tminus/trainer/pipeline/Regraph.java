/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.ModelFormatException;
import org.tminus.models.format.ModelPackage;
import org.tminus.onnx.Cost;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.PathGraphs;
import org.tminus.onnx.PathSpec;
import org.tminus.onnx.PathSpec.ExitSpec;
import org.tminus.onnx.PathSpec.LayerSpec;
import org.tminus.onnx.Precision;
import org.tminus.onnx.SegmentGraph;
import org.tminus.onnx.ValueInfo;
import org.tminus.onnx.WeightExternalizer;
import org.tminus.trainer.pack.ModelWriter;

/**
 * Puts another graph into a model file: the same model with other numbers, such as one that was quantised after it was made adaptive. Exits, menu,
 * predictor, policies and operating points stay; what was measured or certified with the former numbers does not.
 */
public final class Regraph {
    private static final String DESCRIPTION = "model.json";
    private static final String MODEL = "model.onnx";
    private static final String EXITS = "exits.onnx";
    private static final String GOLDEN = "golden.json";
    private static final String COST = "cost";

    private final ObjectMapper mapper = new ObjectMapper();
    private final ObjectNode root;
    private final OnnxModel graph;
    private final PathGraphs graphs;
    private final boolean hasSequence;

    private Regraph(ObjectNode root, OnnxModel graph, @Nullable OnnxModel exits) throws OnnxFormatException {
        this.root = root;
        this.graph = graph;
        this.graphs = PathGraphs.of(graph, exits);
        this.hasSequence = root.path("signature").has("sequence");
    }

    /**
     * What came of it.
     *
     * @param precision which numbers the new graph has
     * @param weightsBefore bytes of the weights of full depth
     * @param weightsAfter the same of the new graph
     */
    public record Result(Precision precision, long weightsBefore, long weightsAfter) {}

    /**
     * Writes a model file with another graph.
     *
     * @param file the model file to begin with; it stays
     * @param graph of the same model: its inputs, its outputs, and the values where it is cut have the same names
     * @param version of the new model; null for the old one, with a qualifier that says which numbers it has
     * @param output the file to write
     * @throws IOException if a file cannot be read or written, or the graph is not one of this model
     */
    public static Result write(Path file, Path graph, @Nullable String version, Path output) throws IOException {
        Path parent = Files.createDirectories(
                Objects.requireNonNull(output.toAbsolutePath().getParent()));
        Path work = Files.createTempDirectory(parent, "regraph");
        try {
            Path folder = work.resolve("entries");
            try (ModelPackage model = ModelPackage.open(file)) {
                model.extract(folder);
            }
            OnnxModel given = OnnxModel.read(graph);
            Path heads = folder.resolve(EXITS);
            JsonNode description = new ObjectMapper().readTree(Files.readAllBytes(folder.resolve(DESCRIPTION)));
            Regraph regraph =
                    new Regraph((ObjectNode) description, given, Files.exists(heads) ? OnnxModel.read(heads) : null);
            Result result = regraph.describe(version);
            Files.write(
                    folder.resolve(DESCRIPTION),
                    regraph.mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(regraph.root));
            regraph.golden(folder.resolve(GOLDEN));
            WeightExternalizer.write(given, folder.resolve(MODEL), folder.resolve(MODEL + ".data"));
            Path made = work.resolve("made");
            ModelPackage.pack(folder, made);
            Files.move(made, output, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return result;
        } catch (OnnxFormatException e) {
            throw new IOException(
                    graph.getFileName() + " is no graph of this model: " + e.getMessage()
                            + " Quantisers keep the names of values if they write pairs of QuantizeLinear and DequantizeLinear,"
                            + " or quantise dynamically; converters to float16 keep them too.",
                    e);
        } catch (ModelFormatException e) {
            throw new IOException(e.getMessage() + " " + e.advice(), e);
        } finally {
            Folders.delete(work);
        }
    }

    private Result describe(@Nullable String version) throws IOException, OnnxFormatException {
        Precision precision = graphs.precision();
        root.put(
                "version",
                version != null ? version : qualified(root.path("version").asText(), precision));
        String stem = root.path("stem").path("output").asText();
        List<String> sides = texts(root.path("stem").path("sideValues"));
        List<LayerSpec> layers = new ArrayList<>();
        for (JsonNode layer : root.path("layers")) {
            layers.add(new LayerSpec(
                    layer.path("id").asText(),
                    layer.path("input").asText(),
                    layer.path("output").asText()));
        }
        long before = 0;
        long after = 0;
        List<String> made = new ArrayList<>(List.of(stem));
        made.addAll(sides);
        graphs.stem(stem, sides);
        before += bytes(root.path("stem"));
        after += cost((ObjectNode) root.path("stem"), List.of(), made);
        for (int i = 0; i < layers.size(); i++) {
            LayerSpec layer = layers.get(i);
            SegmentGraph segment = graphs.layer(layer, sides);
            if (i == 0) {
                ((ObjectNode) root.path("hidden"))
                        .put("type", segment.inputs().get(0).type());
            }
            before += bytes(root.path("layers").path(i));
            after +=
                    cost((ObjectNode) root.path("layers").path(i), with(sides, layer.input()), List.of(layer.output()));
        }
        for (JsonNode node : root.path("exits")) {
            ExitSpec exit = exit(node);
            graphs.exit(exit, state(node, layers, stem), sides);
            if (exit.ofModel()) {
                before += bytes(node);
                after += cost(
                        (ObjectNode) node,
                        with(sides, exit.input()),
                        List.copyOf(exit.outputs().values()));
                signature(graphs.compose(new PathSpec(stem, sides, layers, exit)));
            }
        }
        root.putNull("certificate");
        for (JsonNode point : root.path("operatingPoints")) {
            ((ObjectNode) point).putNull("accuracy").putNull("fullDepthAccuracy");
        }
        return new Result(precision, before, after);
    }

    private static String qualified(String version, Precision precision) {
        if (precision.isFloat32()) {
            return version;
        }
        return version
                + (version.matches("[0-9]+\\.[0-9]+\\.[0-9]+") ? "." : "-")
                + precision.toString().replace(", ", "-");
    }

    private static long bytes(JsonNode part) {
        return part.path(COST).path("weightBytes").asLong();
    }

    private static List<String> with(List<String> sides, String input) {
        List<String> given = new ArrayList<>(sides);
        given.add(input);
        return given;
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static ExitSpec exit(JsonNode node) {
        Map<String, String> outputs = new LinkedHashMap<>();
        node.path("outputs")
                .properties()
                .forEach(
                        output -> outputs.put(output.getKey(), output.getValue().asText()));
        return new ExitSpec(
                node.path("id").asText(),
                node.path("file").asText().equals(MODEL),
                node.path("input").asText(),
                outputs);
    }

    private static String state(JsonNode exit, List<LayerSpec> layers, String stem) {
        return layers.stream()
                .filter(layer -> layer.id().equals(exit.path("after").asText()))
                .map(LayerSpec::output)
                .findFirst()
                .orElse(stem);
    }

    /** Describes what a part costs now. */
    private long cost(ObjectNode part, List<String> given, List<String> outputs) throws OnnxFormatException {
        Cost cost = GraphAnalysis.cost(graph, given, outputs);
        ObjectNode node = mapper.createObjectNode();
        ModelWriter.coefficients(node.putArray("flops"), cost.flops(), hasSequence);
        node.put("weightBytes", cost.weightBytes());
        ModelWriter.coefficients(node.putArray("activationBytes"), cost.activationBytes(), hasSequence);
        part.set(COST, node);
        return cost.weightBytes();
    }

    /** Compares the inputs, and takes the types of the outputs from the graph. */
    private void signature(SegmentGraph whole) throws IOException {
        Map<String, String> types = new LinkedHashMap<>();
        root.path("signature")
                .path("inputs")
                .forEach(input -> types.put(
                        input.path("name").asText(), input.path("type").asText()));
        for (ValueInfo input : whole.inputs()) {
            String wanted = types.get(input.name());
            if (!input.type().equals(wanted)) {
                throw new IOException("the graph takes " + input + ", where the model file "
                        + (wanted == null ? "has no input of that name" : "has " + wanted)
                        + ". Give a graph that takes what the model takes; converters keep the types of inputs and outputs"
                        + " if told to (keep_io_types).");
            }
        }
        for (ValueInfo output : whole.outputs()) {
            for (JsonNode known : root.path("signature").path("outputs")) {
                if (known.path("name").asText().equals(output.name())) {
                    ((ObjectNode) known).put("type", output.type());
                }
            }
        }
    }

    /** What full depth answers is another thing now; what preprocessing makes is not. */
    private void golden(Path file) throws IOException {
        if (Files.exists(file)) {
            JsonNode golden = mapper.readTree(Files.readAllBytes(file));
            for (JsonNode vector : golden.path("vectors")) {
                ((ObjectNode) vector).putObject("outputs");
            }
            Files.write(file, mapper.writeValueAsBytes(golden));
        }
    }
}
