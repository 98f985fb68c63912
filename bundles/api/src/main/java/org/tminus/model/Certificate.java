/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A promise about what adaptive answers lose against full depth, valid for the exact model, predictor, policy and
 * numeric class that it names.
 */
@ProviderType
public interface Certificate {
    /** What is bounded: {@code accuracy-loss} or {@code disagreement}. */
    String risk();

    /** The bound on the risk, 0 to 1. */
    double epsilon();

    /** The probability that the promise is wrong, 0 to 1. */
    double delta();

    /** How many calibration inputs it rests on. */
    long inputs();

    /** The names of the operating points that it covers. */
    Set<String> operatingPoints();

    /** SHA-256 of each part that it holds for, by entry of the model file. */
    Map<String, String> hashes();

    /** The numeric class of the backend that it holds for, see the backend's description. */
    String numericClass();

    /** The largest relative difference of an output from the reference that it allows. */
    double tolerance();

    /**
     * By operating point, the largest share of answers other than full depth's that watching at run time accepts, 0 to 1.
     * A point without one is not watched, unless the risk is disagreement: then epsilon is its limit.
     */
    default Map<String, Double> disagreementLimits() {
        return Map.of();
    }

    /**
     * When an answer counted as that of full depth where disagreement was counted for this certificate. Empty if the model
     * file does not say, as older ones do not.
     */
    default Optional<AgreementRule> agreement() {
        return Optional.empty();
    }

    /**
     * The time before which no calibration input is from. Empty if the model file does not say: then the data count as older
     * than whatever was found at run time.
     */
    default Optional<Instant> dataSince() {
        return Optional.empty();
    }
}
