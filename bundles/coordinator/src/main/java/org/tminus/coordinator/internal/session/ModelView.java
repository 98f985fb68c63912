/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.session;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tminus.coordinator.internal.certificate.ModelCertificate;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Exit;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.model.SequenceAxis;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.Floats;

/** What requests look up of a model again and again, worked out once. Immutable. */
public final class ModelView {
    private final AdaptiveModel model;
    private final List<Path> menu;
    private final Path fullDepth;
    private final Set<String> outputNames;
    private final @Nullable String scoreOutput;
    private final Map<LayerId, Exit> exitAfter = new HashMap<>();
    private final @Nullable SequenceAxis sequence;
    private final @Nullable ModelCertificate certificate;

    public ModelView(AdaptiveModel model) {
        this.model = model;
        this.menu = model.menu();
        this.fullDepth = model.fullDepth();
        List<TensorSpec> outputs = model.signature().outputs();
        this.outputNames = outputs.stream().map(TensorSpec::name).collect(Collectors.toUnmodifiableSet());
        this.scoreOutput = outputs.stream()
                .filter(spec -> spec.elementType().equals(ElementType.FLOAT32))
                .findFirst()
                .or(() -> outputs.stream()
                        .filter(spec -> Floats.canRead(spec.elementType()))
                        .findFirst())
                .map(TensorSpec::name)
                .orElse(null);
        for (Exit exit : model.exits()) {
            exit.after().ifPresent(layer -> exitAfter.put(layer, exit));
        }
        this.sequence = model.signature().sequence().orElse(null);
        this.certificate = ModelCertificate.of(model);
    }

    public AdaptiveModel model() {
        return model;
    }

    public List<Path> menu() {
        return menu;
    }

    public Path fullDepth() {
        return fullDepth;
    }

    public Set<String> outputNames() {
        return outputNames;
    }

    /**
     * The first float32 output, or else the first of another type with a fraction, whose soft-max is the confidence; null if
     * there is none.
     */
    public @Nullable String scoreOutput() {
        return scoreOutput;
    }

    public @Nullable Exit exitAfter(LayerId layer) {
        return exitAfter.get(layer);
    }

    public @Nullable SequenceAxis sequence() {
        return sequence;
    }

    /** Null if the model has none. */
    public @Nullable ModelCertificate certificate() {
        return certificate;
    }

    public long flops(Path path, long length) {
        return model.cost(path).flops(length);
    }

    /** Whether the path runs all layers and the model's own tail. */
    public boolean isFullDepth(Path path) {
        return path.equals(fullDepth);
    }
}
