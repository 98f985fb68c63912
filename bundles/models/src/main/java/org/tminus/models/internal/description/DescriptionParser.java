/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.description;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tminus.failure.ModelFormatException;
import org.tminus.model.AdaptiveModelBuilder;
import org.tminus.model.AgreementRule;
import org.tminus.model.Block;
import org.tminus.model.Cost;
import org.tminus.model.ExitId;
import org.tminus.model.HiddenState;
import org.tminus.model.LayerId;
import org.tminus.model.ModelSignature;
import org.tminus.model.OperatingPoint;
import org.tminus.model.Path;
import org.tminus.model.PolicyDescription;
import org.tminus.model.PredictorDescription;
import org.tminus.model.SequenceAxis;
import org.tminus.model.TensorSpec;
import org.tminus.models.internal.archive.EntryNames;
import org.tminus.tensor.ElementType;

/** Reads {@code model.json} into a builder and checks each member where it stands. */
final class DescriptionParser {
    private static final int MOST_TENSORS = 100;
    private static final int MOST_LAYERS = 1000;
    private static final int MOST_BLOCKS = 100;
    private static final int MOST_PATHS = 64;
    private static final int MOST_POINTS = 1000;
    private static final int WIDEST_POLICY = 4096;
    private static final int LONGEST_TEXT = 100_000;
    private static final int LARGEST_DIMENSION = Integer.MAX_VALUE;
    private static final int HIGHEST_RANK = 16;

    private static final String[] POLICIES = {EntryNames.POLICY, EntryNames.POLICY_OPEN, EntryNames.POLICY_CLOSED};

    private static final Map<String, ElementType> TYPES = types(
            ElementType.BOOL,
            ElementType.INT8,
            ElementType.UINT8,
            ElementType.INT16,
            ElementType.UINT16,
            ElementType.INT32,
            ElementType.UINT32,
            ElementType.INT64,
            ElementType.UINT64,
            ElementType.FLOAT16,
            ElementType.BFLOAT16,
            ElementType.FLOAT32,
            ElementType.FLOAT64,
            ElementType.STRING);

    private final ModelDescription description;
    private final JsonValue root;
    private final AdaptiveModelBuilder builder;
    private final Map<String, Integer> layerIndices = new HashMap<>();
    private final Set<String> exitIds = new HashSet<>();
    private long longestSequence;

    DescriptionParser(ModelDescription description, JsonValue root) {
        this.description = description;
        this.root = root;
        builder = new AdaptiveModelBuilder(description.name(), description.version()).identity(description.identity());
    }

    private static Map<String, ElementType> types(ElementType... types) {
        Map<String, ElementType> byName = new LinkedHashMap<>();
        for (ElementType type : types) {
            byName.put(type.name(), type);
        }
        return byName;
    }

    AdaptiveModelBuilder parse() throws ModelFormatException {
        Optional<JsonValue> text = root.find("description");
        if (text.isPresent()) {
            builder.description(text.get().text(LONGEST_TEXT));
        }
        Optional<JsonValue> licence = root.find("licence");
        if (licence.isPresent()) {
            licence.get().text(LONGEST_TEXT);
        }
        Optional<JsonValue> provenance = root.find("provenance");
        if (provenance.isPresent()) {
            provenance.get().members(MOST_POINTS);
        }
        ModelSignature signature = readSignature(root.get("signature"));
        builder.signature(signature);
        String stemOutput = readStem(root.get("stem"));
        readHidden(root.get("hidden"));
        readLayers(root.get("layers"), stemOutput);
        readExits(root.get("exits"), signature);
        int paths = readMenu(root.get("menu"));
        Optional<JsonValue> predictor = root.find("predictor");
        if (predictor.isPresent()) {
            readPredictor(predictor.get(), paths);
        }
        Optional<JsonValue> policies = root.find("policies");
        if (policies.isPresent()) {
            readPolicies(policies.get());
        }
        Set<String> points = readOperatingPoints();
        Optional<JsonValue> certificate = root.find("certificate");
        if (certificate.isPresent()) {
            readCertificate(certificate.get(), points);
        }
        return builder;
    }

    private ModelSignature readSignature(JsonValue value) throws ModelFormatException {
        List<TensorSpec> inputs = readTensors(value.get("inputs"));
        List<TensorSpec> outputs = readTensors(value.get("outputs"));
        Optional<JsonValue> sequence = value.find("sequence");
        if (sequence.isEmpty()) {
            return new ModelSignature(inputs, outputs, Optional.empty());
        }
        JsonValue axis = sequence.get();
        String name = axis.get("input").name();
        TensorSpec input = inputs.stream()
                .filter(spec -> spec.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> axis.error("names the input '" + EntryNames.printable(name) + "', which does not exist"));
        int dimension =
                (int) axis.get("dimension").integer(1, input.dimensions().size() - 1L);
        if (input.dimensions().get(dimension) != TensorSpec.ANY) {
            throw axis.get("dimension").error("names a dimension of '" + name + "' that has a fixed size");
        }
        longestSequence = axis.get("maximum").integer(1, LARGEST_DIMENSION);
        return new ModelSignature(inputs, outputs, Optional.of(new SequenceAxis(name, dimension, longestSequence)));
    }

    private static List<TensorSpec> readTensors(JsonValue value) throws ModelFormatException {
        List<TensorSpec> tensors = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (JsonValue element : value.list(MOST_TENSORS)) {
            String name = element.get("name").name();
            if (!names.add(name)) {
                throw element.get("name").error("is used twice");
            }
            List<Long> dimensions = readShape(element.get("shape"));
            tensors.add(new TensorSpec(name, readType(element.get("type")), dimensions));
        }
        if (tensors.isEmpty()) {
            throw value.error("is empty");
        }
        return tensors;
    }

    private static List<Long> readShape(JsonValue value) throws ModelFormatException {
        List<Long> dimensions = new ArrayList<>();
        for (JsonValue dimension : value.list(HIGHEST_RANK)) {
            if (dimension.isText()) {
                dimension.name();
                dimensions.add(TensorSpec.ANY);
            } else if (dimensions.isEmpty()) {
                throw dimension.error("must be the name of a free size, because the first dimension is the batch");
            } else {
                dimensions.add(dimension.integer(1, LARGEST_DIMENSION));
            }
        }
        if (dimensions.isEmpty()) {
            throw value.error("is empty; the first dimension is the batch");
        }
        return dimensions;
    }

    private static ElementType readType(JsonValue value) throws ModelFormatException {
        String name = value.name();
        ElementType type = TYPES.get(name);
        if (type == null) {
            throw value.error("must be one of " + String.join(", ", TYPES.keySet()) + ", found '"
                    + EntryNames.printable(name) + "'");
        }
        return type;
    }

    private String readStem(JsonValue value) throws ModelFormatException {
        String output = value.get("output").name();
        List<String> sides = new ArrayList<>();
        Optional<JsonValue> sideValues = value.find("sideValues");
        if (sideValues.isPresent()) {
            for (JsonValue side : sideValues.get().list(MOST_LAYERS)) {
                sides.add(side.name());
            }
        }
        builder.stem(output, sides, readCost(value.get("cost")));
        return output;
    }

    private void readHidden(JsonValue value) throws ModelFormatException {
        List<Long> shape = readShape(value.get("shape"));
        if (shape.size() != 3 || shape.get(2) == TensorSpec.ANY) {
            throw value.get("shape").error("must be batch, tokens and width, the width fixed");
        }
        String pooling = value.get("pooling").oneOf("first", "mean");
        builder.hidden(new HiddenState(readType(value.get("type")), shape.get(1), shape.get(2), pooling));
    }

    private void readLayers(JsonValue value, String stemOutput) throws ModelFormatException {
        String before = stemOutput;
        for (JsonValue layer : value.list(MOST_LAYERS)) {
            String id = layer.get("id").name();
            if (layerIndices.put(id, layerIndices.size()) != null) {
                throw layer.get("id").error("is used twice");
            }
            String input = layer.get("input").name();
            if (!input.equals(before)) {
                throw layer.get("input")
                        .error("must be '" + EntryNames.printable(before) + "', what comes before it, found '"
                                + EntryNames.printable(input) + "'");
            }
            before = layer.get("output").name();
            builder.layer(
                    new LayerId(id),
                    input,
                    before,
                    readObstacle(layer),
                    readBlocks(layer),
                    readCost(layer.get("cost")));
        }
    }

    private static Optional<String> readObstacle(JsonValue layer) throws ModelFormatException {
        boolean skippable = layer.get("skippable").bool();
        Optional<JsonValue> member = layer.find("obstacle");
        String obstacle = member.isPresent() ? member.get().text(LONGEST_TEXT) : "";
        if (skippable && !obstacle.isEmpty()) {
            throw layer.get("obstacle").error("contradicts that the layer can be skipped");
        }
        if (skippable) {
            return Optional.empty();
        }
        return Optional.of(obstacle.isEmpty() ? "The model file gives no reason." : obstacle);
    }

    private static List<Block> readBlocks(JsonValue layer) throws ModelFormatException {
        List<Block> blocks = new ArrayList<>();
        Optional<JsonValue> member = layer.find("blocks");
        if (member.isPresent()) {
            for (JsonValue block : member.get().list(MOST_BLOCKS)) {
                blocks.add(AdaptiveModelBuilder.block(
                        block.get("id").name(),
                        block.get("input").name(),
                        block.get("output").name(),
                        block.get("skippable").bool()));
            }
        }
        return blocks;
    }

    private void readExits(JsonValue value, ModelSignature signature) throws ModelFormatException {
        int place = -1;
        List<JsonValue> exits = value.list(MOST_LAYERS);
        for (int index = 0; index < exits.size(); index++) {
            JsonValue exit = exits.get(index);
            boolean last = index + 1 == exits.size();
            String id = exit.get("id").name();
            if (!exitIds.add(id)) {
                throw exit.get("id").error("is used twice");
            }
            if (id.equals(ExitId.FINAL.value()) != last) {
                throw exit.get("id").error("must be '" + ExitId.FINAL + "' for the last exit and for no other");
            }
            String file = exit.get("file").oneOf(last ? EntryNames.MODEL : EntryNames.EXITS);
            requireFile(exit.get("file"), file);
            Optional<LayerId> after = readAfter(exit);
            int follows = after.map(layer -> layerIndices.getOrDefault(layer.value(), -1))
                    .orElse(-1);
            if (follows < place) {
                throw exit.get("after")
                        .error("is out of order; exits stand in the order of the layers that they follow");
            }
            if (last && follows != layerIndices.size() - 1) {
                throw exit.get("after").error("must be the last layer");
            }
            place = follows;
            Map<String, String> outputs = readOutputs(exit.get("outputs"), signature, last);
            builder.exit(new ExitId(id), after, file, exit.get("input").name(), outputs, readCost(exit.get("cost")));
        }
        if (exits.isEmpty()) {
            throw value.error("is empty; the last exit is '" + ExitId.FINAL + "'");
        }
    }

    private Optional<LayerId> readAfter(JsonValue exit) throws ModelFormatException {
        Optional<JsonValue> after = exit.find("after");
        if (after.isEmpty()) {
            return Optional.empty();
        }
        String id = after.get().name();
        if (!layerIndices.containsKey(id)) {
            throw after.get().error("names the layer '" + EntryNames.printable(id) + "', which does not exist");
        }
        return Optional.of(new LayerId(id));
    }

    private static Map<String, String> readOutputs(JsonValue value, ModelSignature signature, boolean all)
            throws ModelFormatException {
        Map<String, String> outputs = new LinkedHashMap<>();
        for (Map.Entry<String, JsonValue> member : value.members(MOST_TENSORS).entrySet()) {
            if (signature.output(member.getKey()).isEmpty()) {
                throw member.getValue().error("is no output of the model");
            }
            outputs.put(member.getKey(), member.getValue().name());
        }
        if (outputs.isEmpty() || (all && outputs.size() != signature.outputs().size())) {
            throw value.error(all ? "must have every output of the model" : "is empty");
        }
        return outputs;
    }

    private int readMenu(JsonValue value) throws ModelFormatException {
        List<JsonValue> paths = value.list(MOST_PATHS);
        Set<Path> seen = new LinkedHashSet<>();
        for (JsonValue element : paths) {
            List<LayerId> layers = new ArrayList<>();
            int previous = -1;
            for (JsonValue layer : element.get("layers").list(MOST_LAYERS)) {
                Integer index = layerIndices.get(layer.name());
                if (index == null || index <= previous) {
                    throw layer.error(
                            index == null ? "names a layer that does not exist" : "is out of the order of the layers");
                }
                previous = index;
                layers.add(new LayerId(layer.name()));
            }
            String exit = element.get("exit").name();
            if (!exitIds.contains(exit)) {
                throw element.get("exit").error("names an exit that does not exist");
            }
            Path path = new Path(layers, new ExitId(exit));
            if (!seen.add(path)) {
                throw element.error("is in the menu twice");
            }
            builder.menuPath(path);
        }
        if (paths.isEmpty()) {
            throw value.error("is empty; its last path is full depth");
        }
        return paths.size();
    }

    private void readPredictor(JsonValue value, int paths) throws ModelFormatException {
        String file = value.get("file").oneOf(EntryNames.PREDICTOR);
        requireFile(value.get("file"), file);
        List<Integer> classes = new ArrayList<>();
        int previous = -1;
        for (JsonValue element : value.get("classes").list(MOST_PATHS)) {
            int index = (int) element.integer(0, paths - 1L);
            if (index <= previous) {
                throw element.error("must be larger than the one before it, found " + index);
            }
            previous = index;
            classes.add(index);
        }
        if (classes.isEmpty()) {
            throw value.get("classes").error("is empty");
        }
        builder.predictor(new PredictorDescription(
                file,
                value.get("features").name(),
                classes,
                value.get("flopsPerRow").integer(0, Long.MAX_VALUE)));
    }

    private void readPolicies(JsonValue value) throws ModelFormatException {
        Set<String> names = new HashSet<>();
        Set<String> files = new HashSet<>();
        for (JsonValue element : value.list(POLICIES.length)) {
            String name = element.get("policy").name();
            if (!names.add(name)) {
                throw element.get("policy").error("is used twice");
            }
            String file = element.get("file").oneOf(POLICIES);
            requireFile(element.get("file"), file);
            if (!files.add(file)) {
                throw element.get("file").error("is used twice");
            }
            builder.policy(new PolicyDescription(
                    name,
                    file,
                    element.get("loop").oneOf("open", "closed"),
                    (int) element.get("complexityClasses").integer(0, MOST_PATHS),
                    (int) element.get("hidden").integer(1, WIDEST_POLICY)));
        }
    }

    private Set<String> readOperatingPoints() throws ModelFormatException {
        Set<String> names = new LinkedHashSet<>();
        Optional<JsonValue> list = root.find("operatingPoints");
        if (list.isPresent()) {
            for (JsonValue point : list.get().list(MOST_POINTS)) {
                if (!names.add(point.get("name").name())) {
                    throw point.get("name").error("is used twice");
                }
                builder.operatingPoint(readOperatingPoint(point));
            }
        }
        Optional<JsonValue> standard = root.find("defaultOperatingPoint");
        if (standard.isPresent()) {
            String name = standard.get().name();
            if (!names.contains(name)) {
                throw standard.get()
                        .error("names the operating point '" + EntryNames.printable(name) + "', which does not exist");
            }
            builder.defaultOperatingPoint(name);
        }
        return names;
    }

    private static OperatingPoint readOperatingPoint(JsonValue value) throws ModelFormatException {
        Map<String, Object> parameters = new LinkedHashMap<>();
        Optional<JsonValue> member = value.find("parameters");
        if (member.isPresent()) {
            for (Map.Entry<String, JsonValue> parameter :
                    member.get().members(MOST_POINTS).entrySet()) {
                parameters.put(parameter.getKey(), parameter.getValue().parameter());
            }
        }
        return new OperatingPoint(
                value.get("name").name(),
                value.get("policy").name(),
                parameters,
                value.get("split").name(),
                value.get("inputs").integer(0, Long.MAX_VALUE),
                value.get("flopsRatio").number(0, Double.MAX_VALUE),
                readShare(value, "accuracy"),
                readShare(value, "fullDepthAccuracy"));
    }

    /** Not measured is null in the file and NaN in Java. */
    private static double readShare(JsonValue value, String member) throws ModelFormatException {
        Optional<JsonValue> share = value.find(member);
        return share.isPresent() ? share.get().number(0, 1) : Double.NaN;
    }

    private void readCertificate(JsonValue value, Set<String> points) throws ModelFormatException {
        Set<String> covered = new LinkedHashSet<>();
        for (JsonValue point : value.get("operatingPoints").list(MOST_POINTS)) {
            if (!points.contains(point.name())) {
                throw point.error("names an operating point that does not exist");
            }
            covered.add(point.name());
        }
        Map<String, String> hashes = new LinkedHashMap<>();
        for (Map.Entry<String, JsonValue> member :
                value.get("hashes").members(MOST_TENSORS).entrySet()) {
            hashes.put(member.getKey(), ModelDescription.sha256(member.getValue()));
        }
        Map<String, Double> limits = new LinkedHashMap<>();
        Optional<JsonValue> stated = value.find("disagreementLimits");
        if (stated.isPresent()) {
            for (Map.Entry<String, JsonValue> member :
                    stated.get().members(MOST_POINTS).entrySet()) {
                if (!covered.contains(member.getKey())) {
                    throw member.getValue().error("is for an operating point that the certificate does not cover");
                }
                limits.put(member.getKey(), member.getValue().number(0, 1));
            }
        }
        builder.certificate(new StatedCertificate(
                value.get("risk").oneOf("accuracy-loss", "disagreement"),
                value.get("epsilon").number(0, 1),
                value.get("delta").number(0, 1),
                value.get("inputs").integer(1, Long.MAX_VALUE),
                covered,
                hashes,
                value.get("numericClass").name(),
                value.get("tolerance").number(0, Double.MAX_VALUE),
                limits,
                readAgreement(value),
                readDataSince(value)));
    }

    private static Optional<AgreementRule> readAgreement(JsonValue certificate) throws ModelFormatException {
        Optional<JsonValue> agreement = certificate.find("agreement");
        if (agreement.isEmpty()) {
            return Optional.empty();
        }
        if (agreement.get().get("rule").oneOf("argmax", "cosine").equals("argmax")) {
            return Optional.of(AgreementRule.argmax());
        }
        JsonValue atLeast = agreement.get().get("atLeast");
        double cosine = atLeast.number(0, 1);
        if (cosine == 0) {
            throw atLeast.error("must be above 0");
        }
        return Optional.of(AgreementRule.cosine(cosine));
    }

    private static Optional<Instant> readDataSince(JsonValue certificate) throws ModelFormatException {
        Optional<JsonValue> since = certificate.find("dataSince");
        if (since.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Instant.parse(since.get().name()));
        } catch (DateTimeParseException e) {
            throw since.get().error("must be a time in UTC such as 2026-01-31T00:00:00Z");
        }
    }

    private Cost readCost(JsonValue value) throws ModelFormatException {
        double[] flops = readPolynomial(value.get("flops"));
        long weightBytes = value.get("weightBytes").integer(0, Long.MAX_VALUE);
        return Cost.of(flops, weightBytes, readPolynomial(value.get("activationBytes")));
    }

    /** Single coefficients may be negative as long as the value is not, for any length that the model takes. */
    private double[] readPolynomial(JsonValue value) throws ModelFormatException {
        List<JsonValue> elements = value.list(3);
        double[] c = new double[3];
        for (int degree = 0; degree < elements.size(); degree++) {
            c[degree] = elements.get(degree).number(-Double.MAX_VALUE, Double.MAX_VALUE);
        }
        if (elements.isEmpty()) {
            throw value.error("is empty");
        }
        if (longestSequence == 0) {
            if (c[1] != 0 || c[2] != 0) {
                throw value.error("depends on the length of a sequence, and the model has none");
            }
            checkCost(value, c, 0);
            return c;
        }
        checkCost(value, c, 1);
        checkCost(value, c, (double) longestSequence);
        double lowest = -c[1] / (2 * c[2]);
        if (lowest > 1 && lowest < longestSequence) {
            checkCost(value, c, lowest);
        }
        return c;
    }

    private static void checkCost(JsonValue value, double[] c, double length) throws ModelFormatException {
        double cost = c[0] + length * (c[1] + length * c[2]);
        // Half a unit is what rounding to whole FLOPs and bytes forgives.
        if (!(cost > -0.5 && cost < Long.MAX_VALUE)) {
            throw value.error("gives " + cost + " at length " + length + "; a cost is finite and not negative");
        }
    }

    private void requireFile(JsonValue value, String file) throws ModelFormatException {
        if (!description.files().containsKey(file)) {
            throw value.error("names '" + file + "', which is not in the archive");
        }
    }
}
