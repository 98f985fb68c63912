/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.inference;

import org.osgi.annotation.versioning.ProviderType;
import org.osgi.framework.Version;

/** How it stands with one operating point of a model's certificate. A snapshot. */
@ProviderType
public interface CertifiedPoint {
    String model();

    Version modelVersion();

    String operatingPoint();

    /** {@code CERTIFIED} if it holds for what is in force, {@code UNCERTIFIED} if that differs, or {@code WITHDRAWN}. */
    CertificateState state();

    /** Why it is not certified; empty if it is. */
    String reason();

    /** The largest share of disagreement that watching accepts, 0 to 1; NaN if the point cannot be watched. */
    double limit();

    /** How many answers were compared with full depth since the coordinator started or the point was restored. */
    long compared();

    /** How many of these differed. */
    long disagreed();
}
