/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import org.osgi.framework.Version;
import org.tminus.failure.InvalidRequestException;

/**
 * An installed model. The platform registers each one as a service with the properties {@link #NAME_PROPERTY} and
 * {@link #VERSION_PROPERTY}; whoever keeps using its files holds a {@link ModelLease}. Immutable and thread-safe.
 * Tests make one with {@link AdaptiveModelBuilder}.
 */
@ProviderType
public interface AdaptiveModel {
    /** Service property: the model's name, a string. */
    String NAME_PROPERTY = "tminus.model.name";

    /** Service property: the model's version, an {@code org.osgi.framework.Version}. */
    String VERSION_PROPERTY = "tminus.model.version";

    String name();

    Version version();

    /** SHA-256 of the model's description in lower-case hexadecimal; it covers the hashes of all its files. */
    String identity();

    String description();

    ModelSignature signature();

    Stem stem();

    HiddenState hidden();

    /** In the order in which they run. */
    List<Layer> layers();

    /** In the order of the layers that they follow; the last is {@link ExitId#FINAL}. */
    List<Exit> exits();

    Optional<Layer> layer(LayerId id);

    Optional<Exit> exit(ExitId id);

    /** The paths worth running, at most 64, cheapest first; the last is {@link #fullDepth()}. */
    List<Path> menu();

    /** All layers and the model's own tail. */
    Path fullDepth();

    /**
     * The cost of stem, layers and exit.
     *
     * @throws IllegalArgumentException if the path names a layer or exit that the model lacks
     */
    Cost cost(Path path);

    /**
     * Whether the path can run: its layers and exit exist, are in order, and no layer is skipped that cannot be.
     *
     * @throws InvalidRequestException with the reason, if not
     */
    void check(Path path) throws InvalidRequestException;

    Optional<PredictorDescription> predictor();

    /** The learned policies that travel with the model, at most one for each policy. */
    List<PolicyDescription> policies();

    /** What travels with the model for the policy of this name. */
    default Optional<PolicyDescription> policy(String name) {
        return policies().stream()
                .filter(description -> description.policy().equals(name))
                .findFirst();
    }

    List<OperatingPoint> operatingPoints();

    Optional<OperatingPoint> operatingPoint(String name);

    /** The operating point in force when nobody names one. */
    Optional<OperatingPoint> defaultOperatingPoint();

    Optional<Certificate> certificate();

    Optional<Preprocessing> preprocessing();

    /** What the entries of the first output mean; empty where they have no names. */
    List<String> labels();

    /**
     * A file of the model on disk, read-only, valid as long as a {@link ModelLease} is held.
     *
     * @param entry as in the model file, for example {@code model.onnx}
     */
    Optional<java.nio.file.Path> file(String entry);

    /** SHA-256 of each entry of the model file, in lower-case hex, without the description; empty for a model without one. */
    default Map<String, String> hashes() {
        return Map.of();
    }
}
