/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Version;

/**
 * Makes an {@link AdaptiveModel}: the platform from a model file, tests of plugins from a few lines. Not thread-safe;
 * what it builds is.
 */
public final class AdaptiveModelBuilder {
    final String name;
    final Version version;
    String identity = "0".repeat(64);
    String description = "";

    @Nullable
    ModelSignature signature;

    String stemOutput = "stem";
    List<String> sideValues = List.of();
    Cost stemCost = Cost.ZERO;

    @Nullable
    HiddenState hidden;

    final List<Layer> layers = new ArrayList<>();
    final List<Exit> exits = new ArrayList<>();
    final List<Path> menu = new ArrayList<>();

    @Nullable
    PredictorDescription predictor;

    final List<PolicyDescription> policies = new ArrayList<>();
    final List<OperatingPoint> operatingPoints = new ArrayList<>();

    @Nullable
    String defaultOperatingPoint;

    @Nullable
    Certificate certificate;

    @Nullable
    Preprocessing preprocessing;

    List<String> labels = List.of();
    final Map<String, java.nio.file.Path> files = new HashMap<>();
    Map<String, String> hashes = Map.of();

    public AdaptiveModelBuilder(String name, Version version) {
        this.name = Objects.requireNonNull(name);
        this.version = Objects.requireNonNull(version);
    }

    public AdaptiveModelBuilder identity(String sha256) {
        this.identity = sha256;
        return this;
    }

    public AdaptiveModelBuilder description(String text) {
        this.description = text;
        return this;
    }

    public AdaptiveModelBuilder signature(ModelSignature value) {
        this.signature = value;
        return this;
    }

    public AdaptiveModelBuilder stem(String output, List<String> sides, Cost cost) {
        this.stemOutput = output;
        this.sideValues = List.copyOf(sides);
        this.stemCost = cost;
        return this;
    }

    public AdaptiveModelBuilder hidden(HiddenState value) {
        this.hidden = value;
        return this;
    }

    /** Adds the next layer. An empty obstacle means that it can be skipped. */
    public AdaptiveModelBuilder layer(
            LayerId id, String input, String output, Optional<String> obstacle, List<Block> blocks, Cost cost) {
        layers.add(new SimpleParts.SimpleLayer(
                id, layers.size(), List.copyOf(blocks), input, output, obstacle.isEmpty(), obstacle, cost));
        return this;
    }

    /** A block, for use in {@link #layer}. */
    public static Block block(String id, String input, String output, boolean skippable) {
        return new SimpleParts.SimpleBlock(id, input, output, skippable);
    }

    /** Adds an exit; exits are added in the order of the layers that they follow, {@link ExitId#FINAL} last. */
    public AdaptiveModelBuilder exit(
            ExitId id, Optional<LayerId> after, String file, String input, Map<String, String> outputs, Cost cost) {
        exits.add(new SimpleParts.SimpleExit(id, after, file, input, Map.copyOf(outputs), cost));
        return this;
    }

    /** Adds a path to the menu, cheapest first. Without any the menu is full depth alone. */
    public AdaptiveModelBuilder menuPath(Path path) {
        menu.add(path);
        return this;
    }

    public AdaptiveModelBuilder predictor(PredictorDescription value) {
        this.predictor = value;
        return this;
    }

    /** Adds a learned policy, one for each policy at most. */
    public AdaptiveModelBuilder policy(PolicyDescription value) {
        policies.add(value);
        return this;
    }

    public AdaptiveModelBuilder operatingPoint(OperatingPoint point) {
        operatingPoints.add(point);
        return this;
    }

    public AdaptiveModelBuilder defaultOperatingPoint(String pointName) {
        this.defaultOperatingPoint = pointName;
        return this;
    }

    public AdaptiveModelBuilder certificate(Certificate value) {
        this.certificate = value;
        return this;
    }

    public AdaptiveModelBuilder preprocessing(Preprocessing value) {
        this.preprocessing = value;
        return this;
    }

    public AdaptiveModelBuilder labels(List<String> values) {
        this.labels = List.copyOf(values);
        return this;
    }

    public AdaptiveModelBuilder file(String entry, java.nio.file.Path file) {
        files.put(entry, file);
        return this;
    }

    /** SHA-256 of each entry of the model file. */
    public AdaptiveModelBuilder hashes(Map<String, String> values) {
        this.hashes = Map.copyOf(values);
        return this;
    }

    /**
     * @throws IllegalArgumentException if the parts contradict each other: no signature, an id used twice, no final
     *     exit, an exit after an unknown layer, a path that cannot run, more than 64 paths, a menu that does not end
     *     with full depth, predictor classes outside the menu, a policy for another predictor, or an unknown
     *     default operating point
     */
    public AdaptiveModel build() {
        require(!name.isBlank(), "a model has a name");
        require(signature != null, "the signature is missing");
        require(hidden != null, "the description of the hidden state is missing");
        requireUnique(layers.stream().map(Layer::id).toList(), "layer");
        requireUnique(exits.stream().map(Exit::id).toList(), "exit");
        requireUnique(policies.stream().map(PolicyDescription::policy).toList(), "policy");
        requireUnique(operatingPoints.stream().map(OperatingPoint::name).toList(), "operating point");
        require(
                !exits.isEmpty() && exits.get(exits.size() - 1).id().equals(ExitId.FINAL),
                "the last exit is named '" + ExitId.FINAL + "'");
        Set<LayerId> known = new HashSet<>(layers.stream().map(Layer::id).toList());
        for (Exit exit : exits) {
            require(
                    exit.after().isEmpty() || known.contains(exit.after().get()),
                    "exit " + exit.id() + " follows an unknown layer " + exit.after());
        }
        SimpleAdaptiveModel model = new SimpleAdaptiveModel(this);
        model.validate();
        return model;
    }

    private void requireUnique(List<?> ids, String what) {
        require(new HashSet<>(ids).size() == ids.size(), "a " + what + " id is used twice in " + ids);
    }

    private void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException("Model " + name + ": " + message);
        }
    }
}
