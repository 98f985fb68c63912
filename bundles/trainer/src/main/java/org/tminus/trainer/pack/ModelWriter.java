/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pack;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.Cost;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.WeightExternalizer;
import org.tminus.predictor.features.ImageFeatures;
import org.tminus.trainer.data.SplitReader;
import org.tminus.trainer.decide.PathMenu;
import org.tminus.trainer.decide.Point;
import org.tminus.trainer.export.VitExporter;
import org.tminus.trainer.vit.Normalisation;
import org.tminus.trainer.vit.VitConfig;

/** Writes the entries of a model file into a folder, from where it is packed. */
public final class ModelWriter {
    private static final double GOLDEN_TOLERANCE = 1e-4;
    private static final String MODEL = "model.onnx";
    private static final String EXITS = "exits.onnx";
    private static final String PREDICTOR = "predictor.onnx";

    private final ObjectMapper mapper = new ObjectMapper();
    private final Path folder;
    private final VitConfig config;
    private final ModelParts parts;
    private final PathMenu menu;

    /**
     * What was chosen on the decision split.
     *
     * @param points operating points
     * @param defaultPoint name of the one to use if nobody says otherwise
     * @param inputs rows of the decision split
     * @param fullDepthAccuracy accuracy of full depth there
     * @param predictorClasses menu index of each class; {@code null} without a predictor
     * @param predictorFlops cost of features and trees per row
     */
    public record Choices(
            List<Point> points,
            String defaultPoint,
            int inputs,
            double fullDepthAccuracy,
            @Nullable List<Integer> predictorClasses,
            long predictorFlops) {
        /** Copies the lists. */
        public Choices {
            points = List.copyOf(points);
            predictorClasses = predictorClasses == null ? null : List.copyOf(predictorClasses);
        }
    }

    /** Where a model comes from; see {@code provenance} in the description of the format. */
    public record Provenance(
            String command,
            String dataName,
            String dataHash,
            String dataLicence,
            long seed,
            String machine,
            Map<String, String> versions,
            Map<String, Object> figures) {
        /** Copies the maps. */
        public Provenance {
            versions = Map.copyOf(versions);
            figures = Map.copyOf(figures);
        }
    }

    /** Prepares to write into {@code folder}, which exists. */
    public ModelWriter(Path folder, VitConfig config, ModelParts parts, PathMenu menu) {
        this.folder = folder;
        this.config = config;
        this.parts = parts;
        this.menu = menu;
    }

    /** Writes the graphs, large weights apart so that they can be mapped; {@code predictor} may be missing. */
    public void writeGraphs(byte[] model, byte[] exits, byte @Nullable [] predictor) throws IOException {
        try {
            WeightExternalizer.write(OnnxModel.read(model), folder.resolve(MODEL), folder.resolve(MODEL + ".data"));
        } catch (OnnxFormatException e) {
            throw new IOException("the exported model cannot be read again: " + e.getMessage(), e);
        }
        Files.write(folder.resolve(EXITS), exits);
        if (predictor != null) {
            Files.write(folder.resolve(PREDICTOR), predictor);
        }
    }

    /** Writes how raw images become tensors, and what the outputs mean. */
    public void writePreprocessing(Normalisation normalisation, List<String> labels) throws IOException {
        ObjectNode root = mapper.createObjectNode();
        root.put("kind", "image");
        root.put("width", config.imageSize());
        root.put("height", config.imageSize());
        root.put("channels", config.channels());
        root.put("scale", normalisation.scale());
        root.putArray("mean").add(normalisation.mean());
        root.putArray("std").add(normalisation.deviation());
        root.put("layout", "NCHW");
        root.put("input", VitExporter.INPUT);
        write("preprocessing.json", root);
        ObjectNode names = mapper.createObjectNode();
        ArrayNode list = names.putArray("labels");
        labels.forEach(list::add);
        write("labels.json", names);
    }

    /** Writes golden vectors for the first rows of {@code images}, with the logits they must give. */
    public void writeGolden(SplitReader images, int rows, Normalisation normalisation, float[][] logits)
            throws IOException {
        float[] table = normalisation.table();
        int area = images.width() * images.height();
        ObjectNode root = mapper.createObjectNode();
        ArrayNode vectors = root.putArray("vectors");
        for (int row = 0; row < rows; row++) {
            byte[] pixels = new byte[area];
            images.copyPixels(row, pixels, 0);
            float[] input = new float[area];
            for (int i = 0; i < area; i++) {
                input[i] = table[pixels[i] & 0xff];
            }
            ObjectNode vector = vectors.addObject();
            ObjectNode image = vector.putObject("image");
            image.put("width", images.width());
            image.put("height", images.height());
            image.put("channels", 1);
            image.put("pixels", Base64.getEncoder().encodeToString(pixels));
            tensor(
                    vector.putObject("inputs").putObject(VitExporter.INPUT),
                    input,
                    1,
                    1,
                    images.height(),
                    images.width());
            tensor(vector.putObject("outputs").putObject(VitExporter.OUTPUT), logits[row], 1, logits[row].length);
            vector.put("tolerance", GOLDEN_TOLERANCE);
        }
        write("golden.json", root);
    }

    private static void tensor(ObjectNode node, float[] values, int... shape) {
        ArrayNode dimensions = node.putArray("shape");
        for (int dimension : shape) {
            dimensions.add(dimension);
        }
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        node.put("base64", Base64.getEncoder().encodeToString(bytes.array()));
    }

    /** Writes {@code model.json}, without the hashes that packing fills in. */
    public void writeDescription(
            String name, String version, String description, Choices choices, Provenance provenance)
            throws IOException {
        GraphAnalysis analysis = parts.analysis();
        ObjectNode root = mapper.createObjectNode();
        root.put("schemaVersion", 1);
        root.put("name", name);
        root.put("version", version);
        root.put("description", description);
        root.put("licence", "Apache-2.0");
        ObjectNode signature = root.putObject("signature");
        ObjectNode input = signature.putArray("inputs").addObject();
        input.put("name", VitExporter.INPUT);
        input.put("type", "float32");
        input.putArray("shape")
                .add("batch")
                .add(config.channels())
                .add(config.imageSize())
                .add(config.imageSize());
        ObjectNode output = signature.putArray("outputs").addObject();
        output.put("name", VitExporter.OUTPUT);
        output.put("type", "float32");
        output.putArray("shape").add("batch").add(config.classes());

        GraphAnalysis.Stem stem = analysis.stem().orElseThrow();
        ObjectNode stemNode = root.putObject("stem");
        stemNode.put("output", stem.output());
        ArrayNode sideValues = stemNode.putArray("sideValues");
        stem.sideValues().forEach(sideValues::add);
        stemNode.set("cost", cost(stem.cost()));
        ObjectNode hidden = root.putObject("hidden");
        hidden.put("type", "float32");
        hidden.putArray("shape").add("batch").add(config.tokens()).add(config.dim());
        hidden.put("pooling", "first");
        layers(root.putArray("layers"), analysis);
        exits(root.putArray("exits"), analysis);
        menu(root.putArray("menu"), analysis);
        if (choices.predictorClasses() != null) {
            ObjectNode predictor = root.putObject("predictor");
            predictor.put("file", PREDICTOR);
            predictor.put("features", ImageFeatures.NAME);
            ArrayNode classes = predictor.putArray("classes");
            choices.predictorClasses().forEach(classes::add);
            predictor.put("flopsPerRow", choices.predictorFlops());
        }
        points(root.putArray("operatingPoints"), choices);
        root.put("defaultOperatingPoint", choices.defaultPoint());
        root.putNull("certificate");
        root.putObject("files");
        provenance(root.putObject("provenance"), provenance);
        write("model.json", root);
    }

    private void layers(ArrayNode array, GraphAnalysis analysis) {
        for (GraphAnalysis.Layer layer : analysis.layers()) {
            ObjectNode node = array.addObject();
            node.put("id", layer.id());
            node.put("input", layer.input());
            node.put("output", layer.output());
            node.put("skippable", layer.skippable());
            if (layer.obstacle() != null) {
                node.put("obstacle", layer.obstacle());
            }
            ArrayNode blocks = node.putArray("blocks");
            for (GraphAnalysis.Block block : layer.blocks()) {
                ObjectNode one = blocks.addObject();
                one.put("id", block.id());
                one.put("input", block.input());
                one.put("output", block.output());
                one.put("skippable", block.skippable());
                if (block.obstacle() != null) {
                    one.put("obstacle", block.obstacle());
                }
            }
            node.set("cost", cost(layer.cost()));
        }
    }

    private void exits(ArrayNode array, GraphAnalysis analysis) {
        int last = parts.exitCosts().size() - 1;
        for (int i = 0; i <= last; i++) {
            boolean end = i == last;
            ObjectNode node = array.addObject();
            node.put("id", exitId(i));
            node.put("after", analysis.layers().get(i).id());
            node.put("file", end ? MODEL : EXITS);
            node.put("input", end ? analysis.tail().orElseThrow().input() : VitExporter.exitInput(i + 1));
            node.putObject("outputs").put(VitExporter.OUTPUT, end ? VitExporter.OUTPUT : VitExporter.exitOutput(i + 1));
            node.set("cost", cost(parts.exitCosts().get(i)));
        }
    }

    private String exitId(int exit) {
        return exit == parts.exitCosts().size() - 1 ? "final" : "exit." + (exit + 1);
    }

    private void menu(ArrayNode array, GraphAnalysis analysis) {
        for (int exit : menu.exits()) {
            ObjectNode path = array.addObject();
            ArrayNode layers = path.putArray("layers");
            for (int layer = 0; layer <= exit; layer++) {
                layers.add(analysis.layers().get(layer).id());
            }
            path.put("exit", exitId(exit));
        }
    }

    private void points(ArrayNode array, Choices choices) {
        for (Point point : choices.points()) {
            ObjectNode node = array.addObject();
            node.put("name", point.name());
            node.put("policy", point.policy());
            node.set("parameters", mapper.valueToTree(point.parameters()));
            node.put("split", "decision");
            node.put("flopsRatio", point.flopsRatio());
            node.put("accuracy", point.accuracy());
            node.put("fullDepthAccuracy", choices.fullDepthAccuracy());
            node.put("inputs", choices.inputs());
        }
    }

    private void provenance(ObjectNode node, Provenance provenance) {
        node.put("command", provenance.command());
        ObjectNode data = node.putObject("data");
        data.put("name", provenance.dataName());
        data.put("sha256", provenance.dataHash());
        data.put("licence", provenance.dataLicence());
        node.put("seed", provenance.seed());
        node.put("machine", provenance.machine());
        // Sorted, so that the same run writes the same bytes.
        node.set("versions", mapper.valueToTree(new java.util.TreeMap<>(provenance.versions())));
        node.set("figures", mapper.valueToTree(new java.util.TreeMap<>(provenance.figures())));
    }

    private ObjectNode cost(Cost cost) {
        ObjectNode node = mapper.createObjectNode();
        // No sequence, so constants are all there is.
        node.putArray("flops").add(Math.round(cost.flops().at(0)));
        node.put("weightBytes", cost.weightBytes());
        node.putArray("activationBytes").add(Math.round(cost.activationBytes().at(0)));
        return node;
    }

    private void write(String name, ObjectNode root) throws IOException {
        byte[] bytes = mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
        Files.write(folder.resolve(name), bytes);
    }
}
