/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.certificate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.tminus.certificate.CertificateResult;
import org.tminus.certificate.Risk;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.AgreementRule;
import org.tminus.model.Certificate;
import org.tminus.model.LayerId;
import org.tminus.model.OperatingPoint;
import org.tminus.model.Path;
import org.tminus.model.PredictorDescription;

/** A model's certificate, compared with the model that is there. Immutable. */
public final class ModelCertificate {
    private static final Set<String> POLICY_FILES = Set.of("policy.onnx", "policy-open.onnx", "policy-closed.onnx");

    private final AdaptiveModel model;
    private final Certificate certificate;
    private final Map<String, PointId> ids = new HashMap<>();
    private final Map<String, String> problems = new HashMap<>();

    private ModelCertificate(AdaptiveModel model, Certificate certificate) {
        this.model = model;
        this.certificate = certificate;
        String key = key(certificate);
        String menuHash = CertificateResult.menuHash(
                model.menu().stream().map(ModelCertificate::menuEntry).toList());
        for (String point : certificate.operatingPoints()) {
            ids.put(point, new PointId(model.name(), key, point));
            problems.put(point, problem(point, menuHash));
        }
    }

    /** @return null if the model has none */
    public static @Nullable ModelCertificate of(AdaptiveModel model) {
        return model.certificate()
                .map(certificate -> new ModelCertificate(model, certificate))
                .orElse(null);
    }

    private static String menuEntry(Path path) {
        return CertificateResult.menuEntry(
                path.layers().stream().map(LayerId::value).toList(), path.exit().value());
    }

    /** Names all that a certificate says. */
    private static String key(Certificate certificate) {
        List<String> parts = new ArrayList<>();
        parts.add(certificate.risk());
        parts.add(Double.toString(certificate.epsilon()));
        parts.add(Double.toString(certificate.delta()));
        parts.add(Long.toString(certificate.inputs()));
        parts.add(new TreeSet<>(certificate.operatingPoints()).toString());
        parts.add(new TreeMap<>(certificate.hashes()).toString());
        parts.add(certificate.numericClass());
        parts.add(Double.toString(certificate.tolerance()));
        parts.add(new TreeMap<>(certificate.disagreementLimits()).toString());
        // Certificates that do not say so keep the names that they had before one could.
        certificate.agreement().ifPresent(rule -> parts.add("agreement by " + rule));
        certificate.dataSince().ifPresent(since -> parts.add("data since " + since));
        return CertificateResult.menuHash(parts);
    }

    /** What of the model is not what the certificate names; empty if all fits. */
    private String problem(String name, String menuHash) {
        OperatingPoint point = model.operatingPoint(name).orElse(null);
        if (point == null) {
            return "The model has no operating point '" + name + "'.";
        }
        Map<String, String> present = new TreeMap<>(model.hashes());
        present.keySet().removeIf(entry -> !CertificateResult.names(entry));
        String policyFile = model.policy(point.policy())
                .map(description -> description.file())
                .orElse("");
        // Another policy's file has no say in what this one decides.
        present.keySet().removeIf(entry -> POLICY_FILES.contains(entry) && !entry.equals(policyFile));
        present.put(CertificateResult.MENU, menuHash);
        for (Map.Entry<String, String> entry : present.entrySet()) {
            String certified = certificate.hashes().get(entry.getKey());
            if (certified == null) {
                return "The certificate names no hash of " + entry.getKey() + ".";
            }
            if (!certified.equals(entry.getValue())) {
                return "The certificate is for another " + entry.getKey() + " than the one in force.";
            }
        }
        String predictor = model.predictor().map(PredictorDescription::file).orElse("");
        for (String needed : List.of("model.onnx", predictor, policyFile)) {
            if (!needed.isEmpty() && !present.containsKey(needed)) {
                return "Nobody recorded the hash of " + needed + " that is in force.";
            }
        }
        return "";
    }

    /** Names of the points it covers. */
    public Set<String> points() {
        return certificate.operatingPoints();
    }

    /** Names a point that it covers; null for another. */
    public @Nullable PointId id(String point) {
        return ids.get(point);
    }

    /** What of the model is not what the certificate names for a point that it covers; empty if all fits. */
    public String problem(String point) {
        return problems.getOrDefault(point, "The certificate does not cover operating point '" + point + "'.");
    }

    public String numericClass() {
        return certificate.numericClass();
    }

    public double delta() {
        return certificate.delta();
    }

    /** The time before which no calibration input is from; empty if the certificate does not say. */
    public Optional<Instant> dataSince() {
        return certificate.dataSince();
    }

    /** What was counted as the same answer; empty if the certificate does not say. */
    public Optional<AgreementRule> agreement() {
        return certificate.agreement();
    }

    /** The largest share of disagreement that watching accepts; NaN if the certificate does not say. */
    public double limit(String point) {
        Double limit = certificate.disagreementLimits().get(point);
        if (limit != null) {
            return limit;
        }
        return certificate.risk().equals(Risk.DISAGREEMENT.key()) ? certificate.epsilon() : Double.NaN;
    }
}
