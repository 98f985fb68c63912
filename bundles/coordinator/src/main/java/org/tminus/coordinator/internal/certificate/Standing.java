/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.certificate;

import org.jspecify.annotations.Nullable;
import org.tminus.inference.CertificateState;

/**
 * How it stands with the certificate of an operating point that decides on a request.
 *
 * @param state certified, uncertified or withdrawn
 * @param reason why it is not certified, as a sentence; empty if it is
 * @param id the point; null if no certificate covers it
 * @param limit the share of disagreement that watching accepts; NaN if it is not watched
 * @param delta the probability of a false alarm
 */
public record Standing(CertificateState state, String reason, @Nullable PointId id, double limit, double delta) {
    private static final Standing NO_CERTIFICATE = uncertified("The model has no certificate.");

    public static Standing uncertified(String reason) {
        return new Standing(CertificateState.UNCERTIFIED, reason, null, Double.NaN, Double.NaN);
    }

    /** A point of a model under what a backend computes with, whatever policy is in force. */
    public static Standing of(
            @Nullable ModelCertificate certificate, String point, String numericClass, CertificateBook book) {
        if (certificate == null) {
            return NO_CERTIFICATE;
        }
        PointId id = certificate.id(point);
        String problem = certificate.problem(point);
        if (id == null || !problem.isEmpty()) {
            return uncertified(problem);
        }
        if (!certificate.numericClass().equals(numericClass)) {
            return uncertified("The certificate is for the numeric class " + certificate.numericClass()
                    + ", and the backend computes in " + (numericClass.isEmpty() ? "an unknown one" : numericClass)
                    + ".");
        }
        Withdrawal withdrawal = book.withdrawal(id, certificate.dataSince());
        return withdrawal == null
                ? new Standing(CertificateState.CERTIFIED, "", id, certificate.limit(point), certificate.delta())
                : new Standing(CertificateState.WITHDRAWN, withdrawal.reason(), id, Double.NaN, Double.NaN);
    }

    public boolean isCertified() {
        return state == CertificateState.CERTIFIED;
    }

    public boolean isWithdrawn() {
        return state == CertificateState.WITHDRAWN;
    }
}
