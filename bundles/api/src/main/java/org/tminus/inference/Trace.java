/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.inference;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import org.osgi.framework.Version;
import org.tminus.model.Path;
import org.tminus.predictor.Complexity;

/** What was decided for one row, and what it cost. Every figure that is shown anywhere comes from here. Immutable. */
@ProviderType
public interface Trace {
    /** Numbers requests within one run of the platform. */
    long requestId();

    String model();

    Version modelVersion();

    /** The name of the backend that answered. */
    String backend();

    /** The name of the policy that decided; {@code static} where a fall-back did. */
    String policy();

    Optional<String> operatingPoint();

    Optional<Complexity> complexity();

    /** The path that was taken in the end. */
    Path path();

    int layersRun();

    /** Whether a compiled path ran as one piece. */
    boolean compiled();

    /** FLOPs of this row: stem, layers, every exit head that ran, predictor, policy, and what a retry repeated. */
    long flops();

    /** FLOPs of the same row at full depth, without predictor and policy. */
    long fullDepthFlops();

    /** Nanoseconds of a step; a batch's rows share its times. 0 for steps that did not happen. */
    long nanos(Step step);

    CertificateState certificate();

    /** Why no certificate covers the answer; empty if one does, or if full depth ran as a matter of course. */
    default Optional<String> certificateReason() {
        return Optional.empty();
    }

    /** No path in force meets the budget, so the cheapest one answered. */
    boolean budgetMissed();

    /** Each fall-back that was needed, as a sentence; empty for most. */
    List<String> fallbacks();

    /** The name of the rollout that the request took part in; empty if it took part in none. */
    default Optional<String> rollout() {
        return Optional.empty();
    }

    /** Which side of the rollout answered: {@code control}, which is what is in force, or {@code candidate}. */
    default Optional<String> arm() {
        return Optional.empty();
    }
}
