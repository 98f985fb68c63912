/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.method;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.Version;
import org.tminus.failure.InvalidRequestException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Certificate;
import org.tminus.model.Cost;
import org.tminus.model.Exit;
import org.tminus.model.ExitId;
import org.tminus.model.HiddenState;
import org.tminus.model.Layer;
import org.tminus.model.LayerId;
import org.tminus.model.ModelSignature;
import org.tminus.model.OperatingPoint;
import org.tminus.model.PolicyDescription;
import org.tminus.model.PredictorDescription;
import org.tminus.model.Preprocessing;
import org.tminus.model.Stem;

/** A model with operating points beside its own, for ways of deciding that are only compared with. Immutable. */
public final class WithPoints implements AdaptiveModel {
    private final AdaptiveModel model;
    private final List<OperatingPoint> points;

    /** @param more than the model has */
    public WithPoints(AdaptiveModel model, List<OperatingPoint> more) {
        this.model = model;
        List<OperatingPoint> all = new ArrayList<>(model.operatingPoints());
        all.addAll(more);
        points = List.copyOf(all);
    }

    @Override
    public List<OperatingPoint> operatingPoints() {
        return points;
    }

    @Override
    public Optional<OperatingPoint> operatingPoint(String name) {
        return points.stream().filter(point -> point.name().equals(name)).findFirst();
    }

    @Override
    public String name() {
        return model.name();
    }

    @Override
    public Version version() {
        return model.version();
    }

    @Override
    public String identity() {
        return model.identity();
    }

    @Override
    public String description() {
        return model.description();
    }

    @Override
    public ModelSignature signature() {
        return model.signature();
    }

    @Override
    public Stem stem() {
        return model.stem();
    }

    @Override
    public HiddenState hidden() {
        return model.hidden();
    }

    @Override
    public List<Layer> layers() {
        return model.layers();
    }

    @Override
    public List<Exit> exits() {
        return model.exits();
    }

    @Override
    public Optional<Layer> layer(LayerId id) {
        return model.layer(id);
    }

    @Override
    public Optional<Exit> exit(ExitId id) {
        return model.exit(id);
    }

    @Override
    public List<org.tminus.model.Path> menu() {
        return model.menu();
    }

    @Override
    public org.tminus.model.Path fullDepth() {
        return model.fullDepth();
    }

    @Override
    public Cost cost(org.tminus.model.Path path) {
        return model.cost(path);
    }

    @Override
    public void check(org.tminus.model.Path path) throws InvalidRequestException {
        model.check(path);
    }

    @Override
    public Optional<PredictorDescription> predictor() {
        return model.predictor();
    }

    @Override
    public List<PolicyDescription> policies() {
        return model.policies();
    }

    @Override
    public Optional<OperatingPoint> defaultOperatingPoint() {
        return model.defaultOperatingPoint();
    }

    @Override
    public Optional<Certificate> certificate() {
        return model.certificate();
    }

    @Override
    public Optional<Preprocessing> preprocessing() {
        return model.preprocessing();
    }

    @Override
    public List<String> labels() {
        return model.labels();
    }

    @Override
    public Optional<Path> file(String entry) {
        return model.file(entry);
    }

    @Override
    public String toString() {
        return model.toString();
    }
}
