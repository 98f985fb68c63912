/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.description;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tminus.model.AgreementRule;
import org.tminus.model.Certificate;

/** A certificate as the model file states it. */
record StatedCertificate(
        String risk,
        double epsilon,
        double delta,
        long inputs,
        Set<String> operatingPoints,
        Map<String, String> hashes,
        String numericClass,
        double tolerance,
        Map<String, Double> disagreementLimits,
        Optional<AgreementRule> agreement,
        Optional<Instant> dataSince)
        implements Certificate {
    StatedCertificate {
        operatingPoints = Set.copyOf(operatingPoints);
        hashes = Map.copyOf(hashes);
        disagreementLimits = Map.copyOf(disagreementLimits);
    }
}
