/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.inference;

import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/** How the platform is, for shells, consoles and health checks. Each call takes a snapshot; thread-safe. */
@ProviderType
public interface PlatformStatus {
    /** Whether a request for an installed model would be answered now. */
    boolean ready();

    /** Why not, or what works only in part; empty when all is well. */
    List<String> warnings();

    List<ServiceState> services();

    /** The policy in force for a model, by name; {@code static} when none is. */
    String policyInForce(String model);

    List<ConfigurationProblem> configurationProblems();

    /** Every operating point that an installed model has a certificate for. */
    default List<CertifiedPoint> certificates() {
        return List.of();
    }

    /**
     * Counters since the coordinator started: {@code requests}, {@code failed}, {@code cancelled}, {@code fallbacks},
     * {@code retries}, {@code swaps}, {@code drained}, {@code abandoned}, {@code flops}, {@code fullDepthFlops} and more.
     */
    Map<String, Long> counters();
}
