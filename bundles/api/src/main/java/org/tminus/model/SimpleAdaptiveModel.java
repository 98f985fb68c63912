/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Version;
import org.tminus.failure.InvalidRequestException;

/** What {@link AdaptiveModelBuilder} makes. */
final class SimpleAdaptiveModel implements AdaptiveModel {
    private static final int MENU_LIMIT = 64;

    private final String name;
    private final Version version;
    private final String identity;
    private final String description;
    private final ModelSignature signature;
    private final Stem stem;
    private final HiddenState hidden;
    private final List<Layer> layers;
    private final List<Exit> exits;
    private final Map<LayerId, Layer> layersById = new LinkedHashMap<>();
    private final Map<ExitId, Exit> exitsById = new LinkedHashMap<>();
    private final Path fullDepth;
    private final List<Path> menu;
    private final Map<Path, Cost> menuCosts = new LinkedHashMap<>();
    private final @Nullable PredictorDescription predictor;
    private final List<PolicyDescription> policies;
    private final List<OperatingPoint> operatingPoints;
    private final @Nullable String defaultOperatingPoint;
    private final @Nullable Certificate certificate;
    private final @Nullable Preprocessing preprocessing;
    private final List<String> labels;
    private final Map<String, java.nio.file.Path> files;
    private final Map<String, String> hashes;

    SimpleAdaptiveModel(AdaptiveModelBuilder builder) {
        name = builder.name;
        version = builder.version;
        identity = builder.identity;
        description = builder.description;
        signature = Objects.requireNonNull(builder.signature);
        stem = new SimpleParts.SimpleStem(builder.stemOutput, builder.sideValues, builder.stemCost);
        hidden = Objects.requireNonNull(builder.hidden);
        layers = List.copyOf(builder.layers);
        exits = List.copyOf(builder.exits);
        layers.forEach(layer -> layersById.put(layer.id(), layer));
        exits.forEach(exit -> exitsById.put(exit.id(), exit));
        fullDepth = new Path(layers.stream().map(Layer::id).toList(), ExitId.FINAL);
        menu = builder.menu.isEmpty() ? List.of(fullDepth) : List.copyOf(builder.menu);
        predictor = builder.predictor;
        policies = List.copyOf(builder.policies);
        operatingPoints = List.copyOf(builder.operatingPoints);
        defaultOperatingPoint = builder.defaultOperatingPoint;
        certificate = builder.certificate;
        preprocessing = builder.preprocessing;
        labels = builder.labels;
        files = Map.copyOf(builder.files);
        hashes = builder.hashes;
    }

    void validate() {
        if (menu.size() > MENU_LIMIT) {
            throw invalid("the menu has " + menu.size() + " paths, more than " + MENU_LIMIT);
        }
        for (Path path : menu) {
            try {
                check(path);
            } catch (InvalidRequestException e) {
                throw invalid(String.valueOf(e.getMessage()));
            }
            menuCosts.put(path, sum(path));
        }
        if (menuCosts.size() != menu.size()) {
            throw invalid("the menu names a path twice");
        }
        if (!menu.get(menu.size() - 1).equals(fullDepth)) {
            throw invalid("the menu does not end with full depth");
        }
        if (predictor != null) {
            for (int index : predictor.classes()) {
                if (index < 0 || index >= menu.size()) {
                    throw invalid("the predictor has a class for menu entry " + index + ", which does not exist");
                }
            }
        }
        int classes = predictor == null ? 0 : predictor.classes().size();
        for (PolicyDescription policy : policies) {
            if (policy.complexityClasses() != 0 && policy.complexityClasses() != classes) {
                throw invalid("the policy '" + policy.policy() + "' reads " + policy.complexityClasses()
                        + " complexity classes, but the predictor has " + classes);
            }
        }
        if (defaultOperatingPoint != null && defaultOperatingPoint().isEmpty()) {
            throw invalid("the default operating point '" + defaultOperatingPoint + "' does not exist");
        }
    }

    private IllegalArgumentException invalid(String message) {
        return new IllegalArgumentException("Model " + name + ": " + message);
    }

    @Override
    public void check(Path path) throws InvalidRequestException {
        if (!exitsById.containsKey(path.exit())) {
            throw refused("there is no exit '" + path.exit() + "'; the model has " + exitsById.keySet());
        }
        int previous = -1;
        for (LayerId id : path.layers()) {
            Layer layer = layersById.get(id);
            if (layer == null) {
                throw refused("there is no layer '" + id + "'; the model has " + layersById.keySet());
            }
            if (layer.index() <= previous) {
                throw refused("layer '" + id + "' is out of order");
            }
            checkSkipped(previous + 1, layer.index());
            previous = layer.index();
        }
        // Layers behind the exit's own place are left, not skipped.
        int end = layerCountBefore(path.exit());
        checkSkipped(previous + 1, end);
    }

    private void checkSkipped(int from, int to) throws InvalidRequestException {
        for (int index = from; index < to; index++) {
            Layer layer = layers.get(index);
            if (!layer.skippable()) {
                throw refused("layer '" + layer.id() + "' cannot be skipped: "
                        + layer.obstacle().orElse("no reason given"));
            }
        }
    }

    private int layerCountBefore(ExitId exit) {
        Exit found = Objects.requireNonNull(exitsById.get(exit));
        return found.after()
                .map(id -> Objects.requireNonNull(layersById.get(id)).index() + 1)
                .orElse(0);
    }

    private InvalidRequestException refused(String reason) {
        return new InvalidRequestException(
                "Model " + name + " cannot run this path: " + reason + ".", "Choose a path from the model's menu.");
    }

    @Override
    public Cost cost(Path path) {
        Cost known = menuCosts.get(path);
        return known != null ? known : sum(path);
    }

    private Cost sum(Path path) {
        Cost total = stem.cost();
        for (LayerId id : path.layers()) {
            Layer layer = layersById.get(id);
            if (layer == null) {
                throw new IllegalArgumentException("Model " + name + " has no layer '" + id + "'");
            }
            total = total.then(layer.cost());
        }
        Exit exit = exitsById.get(path.exit());
        if (exit == null) {
            throw new IllegalArgumentException("Model " + name + " has no exit '" + path.exit() + "'");
        }
        return total.then(exit.cost());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Version version() {
        return version;
    }

    @Override
    public String identity() {
        return identity;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public ModelSignature signature() {
        return signature;
    }

    @Override
    public Stem stem() {
        return stem;
    }

    @Override
    public HiddenState hidden() {
        return hidden;
    }

    @Override
    public List<Layer> layers() {
        return layers;
    }

    @Override
    public List<Exit> exits() {
        return exits;
    }

    @Override
    public Optional<Layer> layer(LayerId id) {
        return Optional.ofNullable(layersById.get(id));
    }

    @Override
    public Optional<Exit> exit(ExitId id) {
        return Optional.ofNullable(exitsById.get(id));
    }

    @Override
    public List<Path> menu() {
        return menu;
    }

    @Override
    public Path fullDepth() {
        return fullDepth;
    }

    @Override
    public Optional<PredictorDescription> predictor() {
        return Optional.ofNullable(predictor);
    }

    @Override
    public List<PolicyDescription> policies() {
        return policies;
    }

    @Override
    public List<OperatingPoint> operatingPoints() {
        return operatingPoints;
    }

    @Override
    public Optional<OperatingPoint> operatingPoint(String pointName) {
        return operatingPoints.stream()
                .filter(point -> point.name().equals(pointName))
                .findFirst();
    }

    @Override
    public Optional<OperatingPoint> defaultOperatingPoint() {
        return Optional.ofNullable(defaultOperatingPoint).flatMap(this::operatingPoint);
    }

    @Override
    public Optional<Certificate> certificate() {
        return Optional.ofNullable(certificate);
    }

    @Override
    public Optional<Preprocessing> preprocessing() {
        return Optional.ofNullable(preprocessing);
    }

    @Override
    public List<String> labels() {
        return labels;
    }

    @Override
    public Optional<java.nio.file.Path> file(String entry) {
        return Optional.ofNullable(files.get(entry));
    }

    @Override
    public Map<String, String> hashes() {
        return hashes;
    }

    @Override
    public String toString() {
        return name + " " + version;
    }
}
