/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.data.Display;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.onnx.Cost;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.PathSpec.ExitSpec;
import org.tminus.onnx.Polynomial;
import org.tminus.onnx.Signature;
import org.tminus.onnx.ValueInfo;
import org.tminus.onnx.WeightExternalizer;
import org.tminus.tensor.Tensor;
import org.tminus.trainer.decide.Point;

/** Writes the entries of a model file into a folder, from where it is packed. Used by one thread. */
public final class ModelWriter {
    private static final double GOLDEN_TOLERANCE = 1e-4;
    private static final String MODEL = "model.onnx";
    private static final String EXITS = "exits.onnx";
    private static final String PREDICTOR = "predictor.onnx";

    private final ObjectMapper mapper = new ObjectMapper();
    private final Path folder;
    private final ModelGraphs graphs;
    private final Header header;

    /**
     * What a model says of itself.
     *
     * @param pooling how the state between layers becomes one vector: {@code first} or {@code mean}
     * @param maximumLength the longest sequence it takes, if its graph sets no smaller bound; unused without sequences
     */
    public record Header(
            String name, String version, String description, String licence, String pooling, int maximumLength) {}

    /**
     * A policy that travels with the model.
     *
     * @param policy its name
     * @param file its entry
     * @param loop {@code open} or {@code closed}
     * @param complexityClasses how many probabilities of the predictor it reads
     * @param hidden the width of its state
     */
    public record PolicyEntry(String policy, String file, String loop, int complexityClasses, int hidden) {}

    /**
     * The predictor that travels with the model.
     *
     * @param features the set of features that it reads
     * @param classes menu index of each class
     * @param flopsPerRow features and trees
     */
    public record PredictorEntry(String features, List<Integer> classes, long flopsPerRow) {
        /** Copies the list. */
        public PredictorEntry {
            classes = List.copyOf(classes);
        }
    }

    /**
     * What was chosen on the decision split.
     *
     * @param menu cheapest first, full depth last
     * @param predictor {@code null} without one
     * @param policies the learned ones
     * @param points operating points
     * @param defaultPoint name of the one to use if nobody says otherwise; {@code null} without points
     * @param inputs rows of the decision split
     * @param fullDepthAccuracy accuracy of full depth there; NaN without labels
     */
    public record Decided(
            List<MenuPath> menu,
            @Nullable PredictorEntry predictor,
            List<PolicyEntry> policies,
            List<Point> points,
            @Nullable String defaultPoint,
            int inputs,
            double fullDepthAccuracy) {
        /** Copies the lists. */
        public Decided {
            menu = List.copyOf(menu);
            policies = List.copyOf(policies);
            points = List.copyOf(points);
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
            Map<String, ? extends @Nullable Object> figures) {}

    /**
     * One golden vector.
     *
     * @param raw what preprocessing takes; {@code null} for models that take tensors
     * @param inputs the model's inputs, one row
     * @param output name of the model's output
     * @param values what full depth gives
     * @param shape the shape of that
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record Golden(
            @Nullable Display raw, Map<String, ? extends Tensor> inputs, String output, float[] values, long[] shape) {}

    /** Prepares to write into {@code folder}, which exists. */
    public ModelWriter(Path folder, ModelGraphs graphs, Header header) {
        this.folder = folder;
        this.graphs = graphs;
        this.header = header;
    }

    /** Writes the graphs, large weights apart so that they can be mapped. */
    public void writeGraphs() throws IOException {
        WeightExternalizer.write(graphs.model(), folder.resolve(MODEL), folder.resolve(MODEL + ".data"));
        OnnxModel exits = graphs.exits();
        if (exits != null) {
            Files.write(folder.resolve(EXITS), exits.toBytes());
        }
    }

    /** Writes the predictor. */
    public void writePredictor(byte[] onnx) throws IOException {
        writeEntry(PREDICTOR, onnx);
    }

    /** Writes an entry as it is, such as preprocessing, a tokenizer or a policy. */
    public void writeEntry(String name, byte[] content) throws IOException {
        Files.write(folder.resolve(name), content);
    }

    /** Writes what the outputs mean. */
    public void writeLabels(List<String> labels) throws IOException {
        ObjectNode names = mapper.createObjectNode();
        ArrayNode list = names.putArray("labels");
        labels.forEach(list::add);
        write("labels.json", names);
    }

    /** Writes inputs with what preprocessing and full depth make of them. */
    public void writeGolden(List<Golden> vectors) throws IOException {
        ObjectNode root = mapper.createObjectNode();
        ArrayNode array = root.putArray("vectors");
        for (Golden golden : vectors) {
            ObjectNode vector = array.addObject();
            if (golden.raw() instanceof Display.Picture picture) {
                ObjectNode image = vector.putObject("image");
                image.put("width", picture.width());
                image.put("height", picture.height());
                image.put("channels", picture.channels());
                image.put("pixels", Base64.getEncoder().encodeToString(picture.pixels()));
            } else if (golden.raw() instanceof Display.Text text) {
                vector.put("text", text.text());
            }
            ObjectNode inputs = vector.putObject("inputs");
            new TreeMap<>(golden.inputs()).forEach((name, tensor) -> {
                ByteBuffer source = tensor.buffer();
                byte[] bytes = new byte[source.remaining()];
                source.get(bytes);
                tensor(inputs.putObject(name), bytes, tensor.shape().toArray());
            });
            ByteBuffer bytes =
                    ByteBuffer.allocate(Float.BYTES * golden.values().length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(golden.values());
            tensor(vector.putObject("outputs").putObject(golden.output()), bytes.array(), golden.shape());
            vector.put("tolerance", GOLDEN_TOLERANCE);
        }
        write("golden.json", root);
    }

    private static void tensor(ObjectNode node, byte[] littleEndian, long... shape) {
        ArrayNode dimensions = node.putArray("shape");
        Arrays.stream(shape).forEach(dimensions::add);
        node.put("base64", Base64.getEncoder().encodeToString(littleEndian));
    }

    /**
     * Writes {@code model.json}, without the hashes that packing fills in.
     *
     * @param certificate JSON of the certificate; {@code null} for none
     */
    public void writeDescription(Decided decided, @Nullable String certificate, Provenance provenance)
            throws IOException {
        GraphAnalysis analysis = graphs.analysis();
        ObjectNode root = mapper.createObjectNode();
        root.put("schemaVersion", 1);
        root.put("name", header.name());
        root.put("version", header.version());
        root.put("description", header.description());
        root.put("licence", header.licence());
        signature(root.putObject("signature"), analysis.signature());

        GraphAnalysis.Stem stem = analysis.stem().orElseThrow();
        ObjectNode stemNode = root.putObject("stem");
        stemNode.put("output", stem.output());
        ArrayNode sideValues = stemNode.putArray("sideValues");
        stem.sideValues().forEach(sideValues::add);
        stemNode.set("cost", cost(stem.cost()));
        ObjectNode hidden = root.putObject("hidden");
        ValueInfo state = analysis.hidden().orElseThrow();
        hidden.put("type", state.type());
        hidden.set("shape", mapper.valueToTree(state.jsonShape()));
        hidden.put("pooling", header.pooling());
        layers(root.putArray("layers"), analysis);
        exits(root.putArray("exits"), analysis);
        menu(root.putArray("menu"), decided.menu());
        PredictorEntry predictor = decided.predictor();
        if (predictor != null) {
            ObjectNode node = root.putObject("predictor");
            node.put("file", PREDICTOR);
            node.put("features", predictor.features());
            ArrayNode classes = node.putArray("classes");
            predictor.classes().forEach(classes::add);
            node.put("flopsPerRow", predictor.flopsPerRow());
        }
        policies(root, decided.policies());
        points(root.putArray("operatingPoints"), decided);
        root.put("defaultOperatingPoint", decided.defaultPoint());
        root.set("certificate", certificate == null ? mapper.nullNode() : mapper.readTree(certificate));
        root.putObject("files");
        provenance(root.putObject("provenance"), provenance);
        write("model.json", root);
    }

    private void signature(ObjectNode node, Signature signature) {
        tensors(node.putArray("inputs"), signature.inputs());
        tensors(node.putArray("outputs"), signature.outputs());
        Signature.Sequence sequence = signature.sequence();
        if (sequence != null) {
            ObjectNode axis = node.putObject("sequence");
            axis.put("input", sequence.input());
            axis.put("dimension", sequence.dimension());
            axis.put(
                    "maximum",
                    Math.min(header.maximumLength(), sequence.maximum().orElse(header.maximumLength())));
        }
    }

    private void tensors(ArrayNode array, List<ValueInfo> values) {
        for (ValueInfo value : values) {
            ObjectNode node = array.addObject();
            node.put("name", value.name());
            node.put("type", value.type());
            node.set("shape", mapper.valueToTree(value.jsonShape()));
        }
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
        for (Map.Entry<Integer, ExitSpec> entry : graphs.heads().entrySet()) {
            ExitSpec head = entry.getValue();
            ObjectNode node = array.addObject();
            node.put("id", head.id());
            node.put("after", analysis.layers().get(entry.getKey()).id());
            node.put("file", EXITS);
            node.put("input", head.input());
            ObjectNode outputs = node.putObject("outputs");
            head.outputs().forEach(outputs::put);
            node.set("cost", cost(graphs.exitCost(entry.getKey())));
        }
        int last = graphs.layers() - 1;
        ObjectNode node = array.addObject();
        node.put("id", graphs.exitId(last));
        node.put("after", analysis.layers().get(last).id());
        node.put("file", MODEL);
        node.put("input", graphs.tail().input());
        ObjectNode outputs = node.putObject("outputs");
        graphs.tail().outputs().forEach(name -> outputs.put(name, name));
        node.set("cost", cost(graphs.tail().cost()));
    }

    private void menu(ArrayNode array, List<MenuPath> menu) {
        for (MenuPath path : menu) {
            ObjectNode node = array.addObject();
            ArrayNode layers = node.putArray("layers");
            path.layers()
                    .forEach(layer ->
                            layers.add(graphs.analysis().layers().get(layer).id()));
            node.put("exit", graphs.exitId(path.exit()));
        }
    }

    private static void policies(ObjectNode root, List<PolicyEntry> policies) {
        if (policies.isEmpty()) {
            return;
        }
        ArrayNode array = root.putArray("policies");
        for (PolicyEntry policy : policies) {
            ObjectNode node = array.addObject();
            node.put("policy", policy.policy());
            node.put("file", policy.file());
            node.put("loop", policy.loop());
            node.put("complexityClasses", policy.complexityClasses());
            node.put("hidden", policy.hidden());
        }
    }

    private void points(ArrayNode array, Decided decided) {
        for (Point point : decided.points()) {
            ObjectNode node = array.addObject();
            node.put("name", point.name());
            node.put("policy", point.policy());
            node.set("parameters", mapper.valueToTree(new TreeMap<>(point.parameters())));
            node.put("split", "decision");
            node.put("flopsRatio", point.flopsRatio());
            share(node, "accuracy", point.accuracy());
            share(node, "fullDepthAccuracy", decided.fullDepthAccuracy());
            node.put("inputs", decided.inputs());
        }
    }

    private static void share(ObjectNode node, String name, double value) {
        if (Double.isNaN(value)) {
            node.putNull(name);
        } else {
            node.put(name, value);
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
        node.set("versions", mapper.valueToTree(new TreeMap<>(provenance.versions())));
        node.set("figures", mapper.valueToTree(new TreeMap<>(provenance.figures())));
    }

    private ObjectNode cost(Cost cost) {
        ObjectNode node = mapper.createObjectNode();
        boolean hasSequence = graphs.analysis().signature().sequence() != null;
        coefficients(node.putArray("flops"), cost.flops(), hasSequence);
        node.put("weightBytes", cost.weightBytes());
        coefficients(node.putArray("activationBytes"), cost.activationBytes(), hasSequence);
        return node;
    }

    /** Writes a cost as descriptions have it: constants alone where there is no sequence. */
    public static void coefficients(ArrayNode array, Polynomial polynomial, boolean hasSequence) {
        if (!hasSequence) {
            array.add(Math.round(polynomial.at(0)));
            return;
        }
        for (double coefficient : polynomial.coefficients()) {
            // A hundredth of an operation is finer than any use of it, and free of the noise of floating point.
            double rounded = Math.round(coefficient * 100) / 100.0;
            if (rounded == Math.rint(rounded)) {
                array.add((long) rounded);
            } else {
                array.add(rounded);
            }
        }
    }

    private void write(String name, JsonNode root) throws IOException {
        byte[] bytes = mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
        Files.write(folder.resolve(name), bytes);
    }
}
