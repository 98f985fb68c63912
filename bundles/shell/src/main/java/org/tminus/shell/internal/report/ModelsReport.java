/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Cost;
import org.tminus.model.Exit;
import org.tminus.model.Layer;
import org.tminus.model.OperatingPoint;
import org.tminus.model.Path;
import org.tminus.model.TensorSpec;

/** The models that are installed. */
public final class ModelsReport {
    private ModelsReport() {}

    /**
     * @param models what to show
     * @param policyInForce the policy in force for a model, by the model's name
     */
    public static Report overview(List<AdaptiveModel> models, Function<String, String> policyInForce) {
        Report report = new Report();
        Table table = new Table()
                .text("Name", "Version")
                .numbers("Layers", "Exits", "Paths", "Points", "FLOPs", "Weights")
                .text("Policy", "Certificate");
        for (AdaptiveModel model : models) {
            Cost full = model.cost(model.fullDepth());
            table.row(
                    model.name(),
                    model.version(),
                    model.layers().size(),
                    model.exits().size(),
                    model.menu().size(),
                    model.operatingPoints().size(),
                    flops(model, full),
                    Figures.bytes(full.weightBytes()),
                    policyInForce.apply(model.name()),
                    model.certificate().map(certificate -> certificate.risk()).orElse("none"));
        }
        if (models.isEmpty()) {
            report.line("No model is installed. Put a .tminus file into the deploy folder.");
        }
        return report.table(table)
                .json(
                        "models",
                        models.stream()
                                .map(model -> json(model, policyInForce.apply(model.name())))
                                .toList());
    }

    /** All there is to know about one model. */
    public static Report details(AdaptiveModel model, String policyInForce) {
        Report report = new Report();
        report.line(model + (model.description().isEmpty() ? "" : ": " + model.description()));
        report.line("Identity: " + model.identity());
        report.line("Policy in force: " + policyInForce);
        report.line("Preprocessing: "
                + model.preprocessing()
                        .map(preprocessing -> "takes " + preprocessing.kind() + " input")
                        .orElse("none, send tensors"));
        report.line("Predictor: "
                + model.predictor()
                        .map(predictor -> predictor.features() + ", "
                                + predictor.classes().size() + " classes, "
                                + Figures.count(predictor.flopsPerRow()) + " FLOPs per input")
                        .orElse("none"));
        report.line("Certificate: "
                + model.certificate()
                        .map(certificate ->
                                certificate.risk() + " at most " + certificate.epsilon() + " with probability "
                                        + (1 - certificate.delta()) + ", for " + certificate.operatingPoints())
                        .orElse("none"));
        Table signature = new Table().text("Value", "Type", "Shape");
        model.signature()
                .inputs()
                .forEach(spec -> signature.row("input " + spec.name(), spec.elementType(), shape(spec)));
        model.signature()
                .outputs()
                .forEach(spec -> signature.row("output " + spec.name(), spec.elementType(), shape(spec)));
        report.table(signature)
                .table(layers(model))
                .table(exits(model))
                .table(menu(model))
                .table(points(model));
        return report.json("models", List.of(json(model, policyInForce)));
    }

    private static String shape(TensorSpec spec) {
        return spec.dimensions().stream()
                .map(dimension -> dimension == TensorSpec.ANY ? "any" : dimension.toString())
                .collect(Collectors.joining(", ", "[", "]"));
    }

    /** At the longest sequence, for models that have one. */
    private static String flops(AdaptiveModel model, Cost cost) {
        return Figures.count(cost.flops(longest(model)));
    }

    private static long longest(AdaptiveModel model) {
        return model.signature().sequence().map(axis -> axis.maximum()).orElse(0L);
    }

    private static Table layers(AdaptiveModel model) {
        Table table =
                new Table().text("Layer").numbers("Blocks", "FLOPs", "Weights").text("Skippable");
        for (Layer layer : model.layers()) {
            table.row(
                    layer.id(),
                    layer.blocks().size(),
                    flops(model, layer.cost()),
                    Figures.bytes(layer.cost().weightBytes()),
                    layer.skippable() ? "yes" : "no: " + layer.obstacle().orElse(""));
        }
        return table;
    }

    private static Table exits(AdaptiveModel model) {
        Table table = new Table().text("Exit", "After").numbers("FLOPs", "Weights");
        for (Exit exit : model.exits()) {
            table.row(
                    exit.id(),
                    exit.after().map(Object::toString).orElse("the stem"),
                    flops(model, exit.cost()),
                    Figures.bytes(exit.cost().weightBytes()));
        }
        return table;
    }

    private static Table menu(AdaptiveModel model) {
        Table table = new Table().numbers("Menu index", "Layers").text("Exit").numbers("FLOPs", "Of full depth");
        long full = model.cost(model.fullDepth()).flops(longest(model));
        for (int index = 0; index < model.menu().size(); index++) {
            Path path = model.menu().get(index);
            Cost cost = model.cost(path);
            table.row(
                    index,
                    path.depth(),
                    path.exit(),
                    flops(model, cost),
                    Figures.percent(cost.flops(longest(model)) / (double) full));
        }
        return table;
    }

    private static Table points(AdaptiveModel model) {
        Table table = new Table()
                .text("Operating point", "Policy", "Parameters")
                .numbers("FLOPs of full depth", "Accuracy", "At full depth", "Inputs")
                .text("Chosen on");
        for (OperatingPoint point : model.operatingPoints()) {
            boolean standard =
                    model.defaultOperatingPoint().filter(point::equals).isPresent();
            table.row(
                    point.name() + (standard ? " (default)" : ""),
                    point.policy(),
                    point.parameters(),
                    Figures.percent(point.flopsRatio()),
                    Figures.percent(point.accuracy()),
                    Figures.percent(point.fullDepthAccuracy()),
                    point.inputs(),
                    point.split());
        }
        return table;
    }

    private static Map<String, Object> json(AdaptiveModel model, String policy) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", model.name());
        json.put("version", model.version().toString());
        json.put("identity", model.identity());
        json.put("layers", model.layers().size());
        json.put("exits", model.exits().stream().map(exit -> exit.id().value()).toList());
        json.put("menuPaths", model.menu().size());
        json.put("fullDepthFlops", model.cost(model.fullDepth()).flops(longest(model)));
        json.put("policy", policy);
        json.put(
                "operatingPoints",
                model.operatingPoints().stream().map(ModelsReport::json).toList());
        return json;
    }

    private static Map<String, Object> json(OperatingPoint point) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", point.name());
        json.put("policy", point.policy());
        json.put("parameters", point.parameters());
        json.put("flopsRatio", point.flopsRatio());
        putKnown(json, "accuracy", point.accuracy());
        putKnown(json, "fullDepthAccuracy", point.fullDepthAccuracy());
        return json;
    }

    /** JSON has no NaN, which stands for figures that are not known. */
    private static void putKnown(Map<String, Object> json, String name, double figure) {
        if (!Double.isNaN(figure)) {
            json.put(name, figure);
        }
    }
}
